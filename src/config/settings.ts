import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { defaultPaths } from "./paths.ts";

/** How the text of a setting becomes its value; see parse.ts. */
export type SettingKind = "text" | "path" | "integer" | "number" | "list" | "bytes";

export interface Setting {
  env: `OV_${string}`;
  /** Flag of `ov-llm serve` without the dashes; null: not a flag (secrets would show in the process list). */
  flag: string | null;
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
    kind: "text",
    schema: Type.String({ minLength: 1 }),
    default: "127.0.0.1",
    help: "Address to listen on; 0.0.0.0 for every interface (set OV_API_KEY too)",
  },
  port: {
    env: "OV_PORT",
    flag: "port",
    kind: "integer",
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    default: "9000",
    help: "Port to listen on; 0 picks a free one",
  },
  device: {
    env: "OV_DEVICE",
    flag: "device",
    kind: "text",
    schema: Type.String({ pattern: "^[A-Z][A-Z0-9_.]*(:[A-Z0-9_.,()-]+)?$" }),
    default: "AUTO",
    help: "OpenVINO device: CPU, GPU, GPU.1, NPU; AUTO takes the GPU where OpenVINO sees one, else the CPU",
  },
  engine: {
    env: "OV_ENGINE",
    flag: "engine",
    kind: "text",
    schema: Type.Union([Type.Literal("auto"), Type.Literal("batching")]),
    default: "auto",
    help: "Engine that runs models: batching serves many requests at once",
  },
  modelPath: {
    env: "OV_MODEL_PATH",
    flag: "model-path",
    kind: "path",
    schema: optional(Type.String()),
    default: null,
    help: "Model that answers requests which name none (an OpenVINO folder or a .gguf file)",
  },
  registryPath: {
    env: "OV_REGISTRY_PATH",
    flag: "registry-path",
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.registry,
    help: "The registry file: which models there are",
  },
  runtimeDir: {
    env: "OV_RUNTIME_DIR",
    flag: "runtime-dir",
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.runtime,
    help: "Where `ov-llm setup` installs the engine's Python environment",
  },
  modelCacheDir: {
    env: "OV_MODEL_CACHE_DIR",
    flag: "model-cache-dir",
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.modelCache,
    help: "Where OpenVINO keeps compiled models for quicker loads on GPU and NPU",
  },
  kvCacheGb: {
    env: "OV_KV_CACHE_GB",
    flag: "kv-cache-gb",
    kind: "integer",
    schema: optional(Type.Integer({ minimum: 0, maximum: 1024 })),
    default: null,
    help: "Most memory for a model's KV cache in GB, taken as it fills; unset: an eighth of the memory, 1 to 8; 0: no bound, but earlier prompts are soon forgotten",
  },
  maxTokens: {
    env: "OV_MAX_TOKENS",
    flag: "max-tokens",
    kind: "integer",
    schema: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    default: "4096",
    help: "Most new tokens for a request that sets no max_tokens",
  },
  maxBody: {
    env: "OV_MAX_BODY",
    flag: "max-body",
    kind: "bytes",
    schema: Type.Integer({ minimum: 1024, maximum: 1_073_741_824 }),
    default: "32MB",
    help: "Largest request body, in bytes or with KB, MB, GB",
  },
  maxConcurrent: {
    env: "OV_MAX_CONCURRENT",
    flag: "max-concurrent",
    kind: "integer",
    schema: Type.Integer({ minimum: 1, maximum: 256 }),
    default: "64",
    help: "Most requests a model runs at once; the next ones wait in order",
  },
  maxQueue: {
    env: "OV_MAX_QUEUE",
    flag: "max-queue",
    kind: "integer",
    schema: Type.Integer({ minimum: 0, maximum: 100_000 }),
    default: "512",
    help: "Most requests that wait for a model; further ones get 429",
  },
  requestSeconds: {
    env: "OV_REQUEST_SECONDS",
    flag: "request-seconds",
    kind: "number",
    schema: seconds,
    default: "3600",
    help: "Longest time for one request, its wait and the load of its model included",
  },
  loadSeconds: {
    env: "OV_LOAD_SECONDS",
    flag: "load-seconds",
    kind: "number",
    schema: seconds,
    default: "900",
    help: "Longest time for the load of a model",
  },
  stallSeconds: {
    env: "OV_STALL_SECONDS",
    flag: "stall-seconds",
    kind: "number",
    schema: seconds,
    default: "300",
    help: "A model that is silent for so long while it should answer is ended and loaded anew",
  },
  drainSeconds: {
    env: "OV_DRAIN_SECONDS",
    flag: "drain-seconds",
    kind: "number",
    schema: seconds,
    default: "30",
    help: "How long running requests may go on when the server is told to stop",
  },
  apiKey: {
    env: "OV_API_KEY",
    flag: null,
    kind: "text",
    schema: optional(Type.String({ minLength: 8 })),
    default: null,
    help: "Key that clients must send as `Authorization: Bearer …`; unset: none is asked",
    secret: true,
  },
  corsOrigins: {
    env: "OV_CORS_ORIGINS",
    flag: "cors-origins",
    kind: "list",
    schema: Type.Array(Type.String({ pattern: "^https?://[^/*\\s]+$" })),
    default: "",
    help: "Web origins that may call the API from a browser, separated by commas",
  },
  logLevel: {
    env: "OV_LOG_LEVEL",
    flag: "log-level",
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
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingsTable;
export type Settings = { [Name in SettingName]: Static<(typeof settingsTable)[Name]["schema"]> };
