import { createHash, timingSafeEqual } from "node:crypto";
import type { Dialect } from "../api/dialect.ts";
import { OvError } from "../errors.ts";

/** Which keys open the server. */
export interface Keyring {
  /** False: it is open to everyone. */
  readonly asks: boolean;
  /** The name of a key; undefined if it is not valid. Takes the same time for every key. */
  nameOf(given: string): string | undefined;
  /** Reads the keys again; throws and keeps the old ones if the new ones cannot be used. */
  reload(): void;
}

/** `read`: the keys and their names. Its error is passed on. */
export function createKeyring(read: () => { name: string; key: string }[]): Keyring {
  // Digests are of one length, so the time of a comparison reveals neither the key nor its length.
  const take = () => read().map(({ name, key }) => ({ name, digest: digest(key) }));
  let keys = take();
  return {
    get asks() {
      return keys.length > 0;
    },
    nameOf(given) {
      const expected = digest(given);
      // All are compared, even after a match.
      const found = keys.filter((key) => timingSafeEqual(key.digest, expected));
      return found[0]?.name;
    },
    reload() {
      keys = take();
    },
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The name of the request's key. Throws `invalid_api_key` with the dialect's hint. */
export function checkKey(request: Request, keys: Keyring, { readKey, keyHint }: Dialect): string {
  const given = readKey(request.headers);
  if (given === undefined) {
    throw new OvError("invalid_api_key", `This server requires an API key: send \`${keyHint}\`.`);
  }
  const name = keys.nameOf(given);
  if (name === undefined) throw new OvError("invalid_api_key", "Invalid API key.");
  return name;
}

/**
 * Exactly the text that Elysia's router looks up, from the first slash after the host to the question mark: a second
 * reading of the address, such as URL's, could be a way around the key.
 */
export function toRoutedPath(url: string): string {
  return /^[^:]*:\/\/[^/]*([^?]*)/.exec(url)?.[1] ?? url;
}
