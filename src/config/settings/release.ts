import { Type } from "@sinclair/typebox";
import { optional, type Setting } from "./setting.ts";

/** Where newer versions of ov-llm itself come from. */
export const releaseSettings = {
  releaseUrl: {
    env: "OV_RELEASE_URL",
    flag: "release-url",
    commands: ["upgrade"],
    kind: "text",
    schema: optional(Type.String({ pattern: "^https?://[^\\s]+$" })),
    default: null,
    help: "Address of the folder that holds a release's SHA256SUMS and archives; unset: where this version came from",
  },
} as const satisfies Record<string, Setting>;
