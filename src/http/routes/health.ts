import { Elysia } from "elysia";
import { documented } from "../openapi.ts";
import { Health } from "../health.ts";

/** GET /health: open to everyone, 200 as long as the server answers at all. */
export function health(read: () => Health) {
  return new Elysia({ name: "health" }).get("/health", () => read(), {
    detail: documented("Tell how the server is", { "application/json": Health }),
  });
}
