import { createHash, timingSafeEqual } from "node:crypto";

/** Which keys open the server. */
export interface Keyring {
  /** False: it is open to everyone. */
  readonly asks: boolean;
  /** The name of a key, undefined when it opens nothing. Takes the same time for every key that is given. */
  nameOf(given: string): string | undefined;
  /** Reads the keys anew; throws and keeps the old ones when they cannot be used. */
  reload(): void;
}

/** `read`: the keys and their names. Its error is thrown on. */
export function createKeyring(read: () => { name: string; key: string }[]): Keyring {
  // Digests are of one length, so a comparison tells neither the key nor its length by its time.
  const take = () => read().map(({ name, key }) => ({ name, digest: digest(key) }));
  let keys = take();
  return {
    get asks() {
      return keys.length > 0;
    },
    nameOf(given) {
      const wanted = digest(given);
      // All are compared, also after the right one.
      const found = keys.filter((key) => timingSafeEqual(key.digest, wanted));
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
