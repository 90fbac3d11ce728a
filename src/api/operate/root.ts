import { Type } from "@sinclair/typebox";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";
import { answerPage, isForPage, type ReadPage } from "./page.ts";

const text = "ov-llm is running. GET /openapi.json lists what it serves.\n";

/**
 * GET /: the page for browsers, a line for clients that check whether a server is there: Claude Code asks HEAD / first.
 * `readPage`: null where there is no page.
 */
export function createRootRoutes(readPage: ReadPage | null): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/",
      dialect: openai,
      open: true,
      quiet: true,
      async handle({ headers }) {
        if (readPage !== null && isForPage(headers)) return await answerPage(readPage);
        return {
          type: "raw",
          contentType: "text/plain; charset=utf-8",
          headers: { vary: "accept" },
          body: text,
        };
      },
      doc: {
        summary: "Show that the server is running: a page for browsers",
        answer: { "text/plain": Type.String(), "text/html": Type.String() },
      },
    }),
  ];
}
