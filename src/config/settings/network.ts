import { Type } from "@sinclair/typebox";
import { optional, type Setting } from "./setting.ts";

/** What the server listens on, and who may call it. */
export const networkSettings = {
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
  apiKey: {
    env: "OV_API_KEY",
    flag: null,
    commands: ["serve"],
    kind: "text",
    schema: optional(Type.String({ minLength: 8 })),
    default: null,
    help: "Key that clients must send as `Authorization: Bearer …`; unset: no key is required",
    secret: true,
  },
  apiKeyFile: {
    env: "OV_API_KEY_FILE",
    flag: "api-key-file",
    commands: ["serve"],
    kind: "path",
    schema: optional(Type.String()),
    default: null,
    help: "File with more keys, one `name: key` per line; the log shows the name; SIGHUP reads the file again",
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
  maxBody: {
    env: "OV_MAX_BODY",
    flag: "max-body",
    commands: ["serve"],
    kind: "bytes",
    schema: Type.Integer({ minimum: 1024, maximum: 1_073_741_824 }),
    default: "32MB",
    help: "Largest request body, in bytes or with KB, MB, GB",
  },
} as const satisfies Record<string, Setting>;
