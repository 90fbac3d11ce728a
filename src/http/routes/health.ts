import { Elysia } from "elysia";
import { Health } from "../../openai/health.ts";
import { documented } from "../openapi.ts";

/** GET /health: open to everyone, 200 as long as the server answers at all. */
export function health(read: () => Health) {
  return new Elysia({ name: "health" }).get("/health", () => read(), {
    detail: documented("Tell how the server is", { "application/json": Health }),
  });
}
