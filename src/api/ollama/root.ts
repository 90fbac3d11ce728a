import { Type } from "@sinclair/typebox";
import { bodiless, type Route } from "../route.ts";
import { ollama } from "./errors.ts";

const text = "Ollama is running";

/** GET /, which clients ask first. Only on a port where Ollama's API is alone: elsewhere it would not be true. */
export function createRootRoutes(): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/",
      dialect: ollama,
      open: true,
      quiet: true,
      handle: () => ({ type: "raw", contentType: "text/plain; charset=utf-8", body: text }),
      doc: { summary: "Whether the server runs", answer: { "text/plain": Type.Literal(text) } },
    }),
  ];
}
