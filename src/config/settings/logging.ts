import { Type } from "@sinclair/typebox";
import type { Setting } from "./setting.ts";

/** What the log shows. */
export const loggingSettings = {
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
    help: "How much is logged: error, warn, info or debug",
  },
  logFormat: {
    env: "OV_LOG_FORMAT",
    flag: "log-format",
    commands: ["serve"],
    kind: "text",
    schema: Type.Union([Type.Literal("text"), Type.Literal("json")]),
    default: "text",
    help: "Format of the log: text for people, json for programs",
  },
} as const satisfies Record<string, Setting>;
