import { Type } from "@sinclair/typebox";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

const text = "ov-llm is running. GET /openapi.json lists what it serves.\n";

/** GET /, for people and for clients that look whether somebody is there: Claude Code asks HEAD / first. */
export function createRootRoutes(): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/",
      dialect: openai,
      open: true,
      quiet: true,
      handle: () => ({ type: "raw", contentType: "text/plain; charset=utf-8", body: text }),
      doc: { summary: "Show that the server is running", answer: { "text/plain": Type.String() } },
    }),
  ];
}
