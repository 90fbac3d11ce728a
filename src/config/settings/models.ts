import { Type } from "@sinclair/typebox";
import { defaultPaths } from "../paths.ts";
import { optional, type Setting } from "./setting.ts";

/** Which models there are, and what runs them. */
export const modelsSettings = {
  modelPath: {
    env: "OV_MODEL_PATH",
    flag: "model-path",
    commands: ["serve"],
    kind: "path",
    schema: optional(Type.String()),
    default: null,
    help: "Model that answers requests that name none: an OpenVINO folder or a .gguf file",
  },
  registryPath: {
    env: "OV_REGISTRY_PATH",
    flag: "registry-path",
    commands: ["serve", "convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.registry,
    help: "The registry file, which lists the models",
  },
  device: {
    env: "OV_DEVICE",
    flag: "device",
    commands: ["serve"],
    kind: "text",
    schema: Type.String({ pattern: "^[A-Z][A-Z0-9_.]*(:[A-Z0-9_.,()-]+)?$" }),
    default: "AUTO",
    help: "OpenVINO device: CPU, GPU, GPU.1, NPU; AUTO takes the GPU if OpenVINO sees one, else the CPU",
  },
  engine: {
    env: "OV_ENGINE",
    flag: "engine",
    commands: ["serve"],
    kind: "text",
    schema: Type.Union([Type.Literal("auto"), Type.Literal("native"), Type.Literal("batching")]),
    default: "auto",
    help: "Engine that runs the models: batching serves many requests at once, native serves one at a time without Python; auto: batching if it works, else native",
  },
  runtimeDir: {
    env: "OV_RUNTIME_DIR",
    flag: "runtime-dir",
    commands: ["serve", "convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.runtime,
    help: "Where `ov-llm setup` installs the batching engine's Python environment",
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
    help: "Where OpenVINO keeps compiled models, so that later loads on GPU and NPU are faster",
  },
  preload: {
    env: "OV_PRELOAD",
    flag: "preload",
    commands: ["serve"],
    kind: "list",
    schema: Type.Array(Type.String()),
    default: "",
    help: "Models to load at start, in addition to the pinned ones: names or aliases, separated by commas",
  },
} as const satisfies Record<string, Setting>;
