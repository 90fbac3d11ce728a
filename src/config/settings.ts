import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { defaultPaths } from "./paths.ts";

/** How the text of a setting becomes its value; see parse.ts. */
export type SettingKind = "text" | "path" | "integer" | "number" | "list" | "bytes" | "switch";

/** The commands that have settings of their own; the others take some of these. */
export type SettingCommand = "serve" | "convert";

export interface Setting {
  env: `OV_${string}`;
  /** Flag without the dashes; null: not a flag (secrets would show in the process list). */
  flag: string | null;
  /** Whose flag it is. */
  commands: readonly SettingCommand[];
  kind: SettingKind;
  schema: TSchema;
  /** Written as a user would write it; null: unset. */
  default: string | null;
  help: string;
  /** Its value never appears in a log, a help text or an error. */
  secret?: true;
}

const optional = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const seconds = Type.Number({ minimum: 0.1, maximum: 86_400 });

/**
 * The one table of settings. Help texts, the start log, the README's table and ov-server.service are
 * held to it by tests.
 */
export const settingsTable = {
  host: {
    env: "OV_HOST",
    flag: "host",
    commands: ["serve"],
    kind: "text",
    schema: Type.String({ minLength: 1 }),
    default: "127.0.0.1",
    help: "Address to listen on; 0.0.0.0 for every interface (set OV_API_KEY too)",
  },
  port: {
    env: "OV_PORT",
    flag: "port",
    commands: ["serve"],
    kind: "integer",
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: "9000",
    help: "Port to listen on; 0 picks a free one",
  },
  device: {
    env: "OV_DEVICE",
    flag: "device",
    commands: ["serve"],
    kind: "text",
    schema: Type.String({ pattern: "^[A-Z][A-Z0-9_.]*(:[A-Z0-9_.,()-]+)?$" }),
    default: "AUTO",
    help: "OpenVINO device: CPU, GPU, GPU.1, NPU; AUTO takes the GPU where OpenVINO sees one, else the CPU",
  },
  engine: {
    env: "OV_ENGINE",
    flag: "engine",
    commands: ["serve"],
    kind: "text",
    schema: Type.Union([Type.Literal("auto"), Type.Literal("native"), Type.Literal("batching")]),
    default: "auto",
    help: "Engine that runs models: batching serves many requests at once, native one at a time without Python; auto: batching where it works, else native",
  },
  modelPath: {
    env: "OV_MODEL_PATH",
    flag: "model-path",
    commands: ["serve"],
    kind: "path",
    schema: optional(Type.String()),
    default: null,
    help: "Model that answers requests which name none (an OpenVINO folder or a .gguf file)",
  },
  registryPath: {
    env: "OV_REGISTRY_PATH",
    flag: "registry-path",
    commands: ["serve", "convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.registry,
    help: "The registry file: which models there are",
  },
  runtimeDir: {
    env: "OV_RUNTIME_DIR",
    flag: "runtime-dir",
    commands: ["serve", "convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.runtime,
    help: "Where `ov-llm setup` installs the engine's Python environment",
  },
  nativeDir: {
    env: "OV_NATIVE_DIR",
    flag: "native-dir",
    commands: ["serve", "convert"],
    kind: "path",
    schema: optional(Type.String()),
    default: null,
    help: "The node_modules folder with the native engine's packages; unset: beside the executable, then ~/.local/lib/ov-llm/node_modules",
  },
  modelCacheDir: {
    env: "OV_MODEL_CACHE_DIR",
    flag: "model-cache-dir",
    commands: ["serve"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.modelCache,
    help: "Where OpenVINO keeps compiled models for quicker loads on GPU and NPU",
  },
  kvCacheGb: {
    env: "OV_KV_CACHE_GB",
    flag: "kv-cache-gb",
    commands: ["serve"],
    kind: "integer",
    schema: optional(Type.Integer({ minimum: 0, maximum: 1024 })),
    default: null,
    help: "Most memory for a model's KV cache in GB, taken as it fills; unset: an eighth of the memory for models, 1 to 8; 0: no bound, but earlier prompts are soon forgotten",
  },
  maxTokens: {
    env: "OV_MAX_TOKENS",
    flag: "max-tokens",
    commands: ["serve"],
    kind: "integer",
    schema: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    default: "4096",
    help: "Most new tokens for a request that sets no max_tokens",
  },
  maxBody: {
    env: "OV_MAX_BODY",
    flag: "max-body",
    commands: ["serve"],
    kind: "bytes",
    schema: Type.Integer({ minimum: 1024, maximum: 1_073_741_824 }),
    default: "32MB",
    help: "Largest request body, in bytes or with KB, MB, GB",
  },
  maxConcurrent: {
    env: "OV_MAX_CONCURRENT",
    flag: "max-concurrent",
    commands: ["serve"],
    kind: "integer",
    schema: Type.Integer({ minimum: 1, maximum: 256 }),
    default: "64",
    help: "Most requests a model runs at once; the next ones wait in order",
  },
  maxQueue: {
    env: "OV_MAX_QUEUE",
    flag: "max-queue",
    commands: ["serve"],
    kind: "integer",
    schema: Type.Integer({ minimum: 0, maximum: 100_000 }),
    default: "512",
    help: "Most requests that wait for a model; further ones get 429",
  },
  queueSeconds: {
    env: "OV_QUEUE_SECONDS",
    flag: "queue-seconds",
    commands: ["serve"],
    kind: "number",
    schema: seconds,
    default: "600",
    help: "Longest wait for a turn, or for memory that other models hold; then the request gets 503",
  },
  requestSeconds: {
    env: "OV_REQUEST_SECONDS",
    flag: "request-seconds",
    commands: ["serve"],
    kind: "number",
    schema: seconds,
    default: "3600",
    help: "Longest time for one request, its wait and the load of its model included",
  },
  loadSeconds: {
    env: "OV_LOAD_SECONDS",
    flag: "load-seconds",
    commands: ["serve"],
    kind: "number",
    schema: seconds,
    default: "900",
    help: "Longest time for the load of a model",
  },
  idleSeconds: {
    env: "OV_IDLE_SECONDS",
    flag: "idle-seconds",
    commands: ["serve"],
    kind: "number",
    schema: Type.Number({ minimum: 0, maximum: 2_000_000 }),
    default: "900",
    help: "A model without requests for so long is unloaded; 0: never",
  },
  preload: {
    env: "OV_PRELOAD",
    flag: "preload",
    commands: ["serve"],
    kind: "list",
    schema: Type.Array(Type.String()),
    default: "",
    help: "Models to load at the start, besides the pinned ones: names or aliases, separated by commas",
  },
  memoryBudget: {
    env: "OV_MEMORY_BUDGET",
    flag: "memory-budget",
    commands: ["serve"],
    kind: "bytes",
    schema: optional(Type.Integer({ minimum: 64 * 2 ** 20, maximum: 2 ** 44 })),
    default: null,
    help: "Most memory for all models together, as 8GB; unset: what the machine and its control group have free, less a tenth",
  },
  stallSeconds: {
    env: "OV_STALL_SECONDS",
    flag: "stall-seconds",
    commands: ["serve"],
    kind: "number",
    schema: seconds,
    default: "300",
    help: "A model that is silent for so long while it should answer is ended and loaded anew",
  },
  drainSeconds: {
    env: "OV_DRAIN_SECONDS",
    flag: "drain-seconds",
    commands: ["serve"],
    kind: "number",
    schema: seconds,
    default: "30",
    help: "How long running requests may go on when the server is told to stop",
  },
  apiKey: {
    env: "OV_API_KEY",
    flag: null,
    commands: ["serve"],
    kind: "text",
    schema: optional(Type.String({ minLength: 8 })),
    default: null,
    help: "Key that clients must send as `Authorization: Bearer …`; unset: none is asked",
    secret: true,
  },
  apiKeyFile: {
    env: "OV_API_KEY_FILE",
    flag: "api-key-file",
    commands: ["serve"],
    kind: "path",
    schema: optional(Type.String()),
    default: null,
    help: "File with more keys, a `name: key` on each line; the log shows the name; SIGHUP reads it again",
  },
  corsOrigins: {
    env: "OV_CORS_ORIGINS",
    flag: "cors-origins",
    commands: ["serve"],
    kind: "list",
    schema: Type.Array(Type.String({ pattern: "^https?://[^/*\\s]+$" })),
    default: "",
    help: "Web origins that may call the API from a browser, separated by commas",
  },
  logLevel: {
    env: "OV_LOG_LEVEL",
    flag: "log-level",
    commands: ["serve"],
    kind: "text",
    schema: Type.Union([
      Type.Literal("error"),
      Type.Literal("warn"),
      Type.Literal("info"),
      Type.Literal("debug"),
    ]),
    default: "info",
    help: "How much is logged",
  },
  logFormat: {
    env: "OV_LOG_FORMAT",
    flag: "log-format",
    commands: ["serve"],
    kind: "text",
    schema: Type.Union([Type.Literal("text"), Type.Literal("json")]),
    default: "text",
    help: "How each line of the log is written: text to read, or json for programs",
  },
  modelSrc: {
    env: "OV_MODEL_SRC",
    flag: "model-src",
    commands: ["convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.modelSrc,
    help: "Folder with the downloaded models that are to be converted",
  },
  modelOg: {
    env: "OV_MODEL_OG",
    flag: "model-og",
    commands: ["convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.modelOg,
    help: "Where the originals go once they are converted",
  },
  modelOut: {
    env: "OV_MODEL_OUT",
    flag: "model-out",
    commands: ["convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.modelOut,
    help: "Where converted models are written",
  },
  convertEnv: {
    env: "OV_CONVERT_ENV",
    flag: "convert-env",
    commands: ["convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.convertEnv,
    help: "Where `ov-llm setup --convert` installs the converter's Python environment",
  },
  task: {
    env: "OV_TASK",
    flag: "task",
    commands: ["convert"],
    kind: "text",
    schema: Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" }),
    default: "text-generation-with-past",
    help: "Task that models are exported for, in small letters and dashes",
  },
  weightFormat: {
    env: "OV_WEIGHT_FORMAT",
    flag: "weight-format",
    commands: ["convert"],
    kind: "text",
    schema: Type.Union([
      Type.Literal("fp32"),
      Type.Literal("fp16"),
      Type.Literal("int8"),
      Type.Literal("int4"),
    ]),
    default: "int8",
    help: "Format of the weights: fp32, fp16, int8 or int4",
  },
  trustRemoteCode: {
    env: "OV_TRUST_REMOTE_CODE",
    flag: "trust-remote-code",
    commands: ["convert"],
    kind: "switch",
    schema: Type.Boolean(),
    default: "true",
    help: "Python files that come with a model may run while it is converted; --no-trust-remote-code forbids it",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingsTable;
export type Settings = { [Name in SettingName]: Static<(typeof settingsTable)[Name]["schema"]> };

/** The names of a command's settings, in the order of the table. */
export function settingNamesOf(command: SettingCommand): SettingName[] {
  const isName = (name: string): name is SettingName => Object.hasOwn(settingsTable, name);
  const rows = Object.entries<Setting>(settingsTable).filter(([, { commands }]) =>
    commands.includes(command),
  );
  return rows.map(([name]) => name).filter(isName);
}
