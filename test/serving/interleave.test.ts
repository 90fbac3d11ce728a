import { describe, expect, test } from "bun:test";
import { interleave } from "../../src/serving/interleave.ts";
import { settled } from "../helpers/settled.ts";

/** A source that notes how far it was read, and whether it was closed. */
function createSource(items: number, failure?: Error) {
  const state = { made: 0, closed: false };
  async function* source() {
    try {
      for (; state.made < items; ) yield state.made++;
      if (failure) throw failure;
    } finally {
      state.closed = true;
    }
  }
  return { source: source(), state };
}

describe("interleaved sources", () => {
  test("all come whole, each in its order", async () => {
    const tagged = (name: string, items: number) =>
      (async function* () {
        for await (const item of createSource(items).source) yield `${name}${item}`;
      })();
    const all = await Array.fromAsync(interleave([tagged("a", 3), tagged("b", 2)], () => {}));
    expect(all.filter((item) => item.startsWith("a"))).toEqual(["a0", "a1", "a2"]);
    expect(all.filter((item) => item.startsWith("b"))).toEqual(["b0", "b1"]);
    expect(await Array.fromAsync(interleave([], () => {}))).toEqual([]);
  });

  test("go no further than one item ahead of a reader that is slow", async () => {
    const sources = [createSource(1000), createSource(1000)];
    const items = interleave(
      sources.map(({ source }) => source),
      () => {},
    );
    await items.next();
    await settled();
    for (const { state } of sources) expect(state.made).toBeLessThanOrEqual(2);
    await items.return(undefined);
  });

  test("what came before a failure is read first, and the others are closed", async () => {
    const [bad, good] = [createSource(1, new Error("broken")), createSource(1000)];
    const seen: number[] = [];
    const read = async () => {
      for await (const item of interleave([bad.source, good.source], () => {})) seen.push(item);
    };
    await expect(read()).rejects.toThrow("broken");
    expect(seen).toContain(0);
    expect(good.state.closed).toBe(true);
  });

  test("are closed when the reader leaves, also those whose item was not taken or that wait", async () => {
    const sources = [createSource(10), createSource(10), createSource(10)];
    const news = Promise.withResolvers<void>();
    let closed = false;
    async function* waiting() {
      try {
        await news.promise;
      } finally {
        closed = true;
      }
      yield 0;
    }
    const all = [...sources.map(({ source }) => source), waiting()];
    for await (const _ of interleave(all, news.resolve)) break;
    expect(sources.map(({ state }) => state.closed)).toEqual([true, true, true]);
    expect(closed).toBe(true);
  });
});
