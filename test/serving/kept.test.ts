import { describe, expect, test } from "bun:test";
import { createKeptAnswers, type KeptOptions } from "../../src/serving/kept.ts";

interface Note {
  text: string;
}

function createTestKept(options: Partial<KeptOptions> = {}) {
  const clock = { now: 1000 };
  const kept = createKeptAnswers<Note>({
    most: 3,
    bytes: 1000,
    seconds: 10,
    now: () => clock.now,
    ...options,
  });
  return { kept, clock };
}

describe("kept answers", () => {
  test("are found by id with the same key only", () => {
    const { kept } = createTestKept();
    expect(kept.keep("mine", "a", { text: "A" })).toBe(true);
    expect(kept.find("mine", "a")).toEqual({ text: "A" });
    for (const other of ["other", undefined]) {
      expect(kept.find(other, "a")).toBeUndefined();
      expect(kept.remove(other, "a")).toBe(false);
      expect(kept.all(other)).toEqual([]);
    }
    expect(kept.all("mine")).toEqual([{ text: "A" }]);
  });

  test("are gone when removed", () => {
    const { kept } = createTestKept();
    kept.keep(undefined, "a", { text: "A" });
    expect([kept.remove(undefined, "a"), kept.remove(undefined, "a")]).toEqual([true, false]);
    expect(kept.find(undefined, "a")).toBeUndefined();
  });

  test("are as many as allowed: the least recently used goes first", () => {
    const { kept } = createTestKept();
    for (const id of ["a", "b", "c"]) kept.keep("k", id, { text: id });
    kept.find("k", "a");
    kept.keep("k", "d", { text: "d" });
    expect(["a", "b", "c", "d"].map((id) => kept.find("k", id)?.text)).toEqual(["a", undefined, "c", "d"]);
  });

  test("take as many bytes as allowed, and one that is too large for that is not kept", () => {
    const { kept } = createTestKept({ bytes: 100 });
    kept.keep("k", "a", { text: "x".repeat(50) });
    // Three bytes each.
    kept.keep("k", "b", { text: "€".repeat(20) });
    expect([kept.find("k", "a"), kept.find("k", "b")?.text.length]).toEqual([undefined, 20]);
    expect(kept.keep("k", "c", { text: "x".repeat(200) })).toBe(false);
    expect(kept.find("k", "c")).toBeUndefined();
  });

  test("are kept for a time after their last use", () => {
    const { kept, clock } = createTestKept();
    kept.keep("k", "a", { text: "A" });
    kept.keep("k", "b", { text: "B" });
    clock.now += 8000;
    kept.find("k", "a");
    clock.now += 8000;
    expect([kept.find("k", "a")?.text, kept.find("k", "b")?.text]).toEqual(["A", undefined]);
    expect(kept.all("k")).toEqual([{ text: "A" }]);
  });

  test("are seen while they are made, with the same key only", () => {
    const { kept } = createTestKept();
    let text = "A";
    const leave = kept.watch("k", "a", () => ({ text }));
    expect([kept.live("k", "a"), kept.find("k", "a")]).toEqual([{ text: "A" }, undefined]);
    text = "AB";
    expect([kept.live("k", "a"), kept.live("other", "a")]).toEqual([{ text: "AB" }, undefined]);
    leave();
    expect(kept.live("k", "a")).toBeUndefined();
  });
});
