import { expect, test } from "bun:test";
import { createKey } from "../../../../src/page/client/state/key.ts";

/** As `sessionStorage`, of one tab. */
function createStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
    clear: () => items.clear(),
  };
}

test.each(["日本", "“quoted”", "a\nb"])(
  "a key that no header can hold, %j, is wrong and not kept",
  (text) => {
    const key = createKey(createStorage());
    key.refused();
    expect(key.wanted.value).toBe("missing");
    key.set(text);
    expect([key.wanted.value, key.read()]).toEqual(["wrong", null]);
    key.set("wröng");
    expect([key.wanted.value, key.read()]).toEqual(["no", "wröng"]);
  },
);
