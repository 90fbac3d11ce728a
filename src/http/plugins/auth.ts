import { createHash, timingSafeEqual } from "node:crypto";
import { Elysia } from "elysia";
import { OvError } from "../../errors.ts";

/** Paths that anyone may ask: load balancers and `ov-llm health` have no key. */
const openPaths = new Set(["/health"]);

/** Asks for `Authorization: Bearer <key>` everywhere but on open paths; without a key it lets everyone in. */
export function auth(apiKey: string | null) {
  const app = new Elysia({ name: "auth" });
  if (apiKey === null) return app;
  const wanted = digest(apiKey);
  return app.onRequest(({ request }) => {
    if (openPaths.has(new URL(request.url).pathname)) return;
    const [, given] = /^Bearer +(.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    // Digests are of one length, so the comparison tells neither the key nor its length by its time.
    if (given === undefined) {
      throw new OvError(
        "invalid_api_key",
        "This server asks for an API key: send `Authorization: Bearer <key>`.",
      );
    }
    if (!timingSafeEqual(digest(given), wanted)) {
      throw new OvError("invalid_api_key", "The API key is not the one of this server (OV_API_KEY there).");
    }
  });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
