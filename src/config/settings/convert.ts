import { Type } from "@sinclair/typebox";
import { defaultPaths } from "../paths.ts";
import { optional, type Setting } from "./setting.ts";

/** Where `ov-llm convert` finds and puts models, and how it exports them. */
export const convertSettings = {
  modelSrc: {
    env: "OV_MODEL_SRC",
    flag: "model-src",
    commands: ["convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.modelSrc,
    help: "Folder with the downloaded models to convert",
  },
  modelOg: {
    env: "OV_MODEL_OG",
    flag: "model-og",
    commands: ["convert"],
    kind: "path",
    schema: Type.String(),
    default: defaultPaths.modelOg,
    help: "Where originals are moved after their conversion",
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
    schema: optional(Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" })),
    default: null,
    help: "Task to export models for, such as text-generation; unset: what each model's files show",
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
    help: "Run Python files that come with a model during its conversion; for a fetched model only this flag, or a yes to the question, allows it; --no-trust-remote-code forbids it",
  },
} as const satisfies Record<string, Setting>;
