import { Elysia } from "elysia";
import { OvError } from "../../errors.ts";
import type { Keyring } from "../keyring.ts";
import { recordOf } from "../record.ts";

/** Paths that anyone may ask: load balancers and `ov-llm health` have no key. */
export const openPaths: ReadonlySet<string> = new Set(["/health", "/health/live", "/health/ready"]);

/** Asks for `Authorization: Bearer <key>` everywhere but on open paths; without any key it lets everyone in. */
export function auth(keys: Keyring) {
  return new Elysia({ name: "auth" }).onRequest(({ request }) => {
    if (!keys.asks || openPaths.has(toRoutedPath(request.url))) return;
    const [, given] = /^Bearer +(.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    if (given === undefined) {
      throw new OvError(
        "invalid_api_key",
        "This server asks for an API key: send `Authorization: Bearer <key>`.",
      );
    }
    const name = keys.nameOf(given);
    if (name === undefined) {
      throw new OvError("invalid_api_key", "The API key is none of this server's (OV_API_KEY there).");
    }
    recordOf(request).key = name;
  });
}

/**
 * The very text that Elysia's router looks up, from the first slash after the host to the question mark: a second
 * reading of an address, as URL's, would be a way around the key.
 */
function toRoutedPath(url: string): string {
  return /^[^:]*:\/\/[^/]*([^?]*)/.exec(url)?.[1] ?? url;
}
