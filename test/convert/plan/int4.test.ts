import { describe, expect, test } from "bun:test";
import {
  chooseInt4,
  type Int4Machine,
  type Int4Model,
  type Int4Scheme,
  type Int4Wishes,
  noInt4Wishes,
  refit,
} from "../../../src/convert/plan/int4.ts";

const avx2: Int4Machine = { device: "CPU", flags: ["sse4_2", "avx2"] };
const vnni: Int4Machine = { device: "CPU", flags: ["avx2", "avx_vnni"] };
const amx: Int4Machine = { device: "CPU", flags: ["avx2", "avx512f", "amx_int8"] };
const arm: Int4Machine = { device: "CPU", flags: ["asimd"] };
const gpu: Int4Machine = { device: "GPU", flags: ["avx2"] };
const npu: Int4Machine = { device: "NPU", flags: ["avx2"] };

/** A model of 1B parameters. */
const of = (...widths: number[]): Int4Model => ({ widths, parameters: 1e9 });

const perRow = { groupSize: -1, symmetric: false, ratio: 1 };
const group = (groupSize: number) => ({ ...perRow, groupSize });

describe("the scheme of int4", () => {
  test.each<[string, Int4Machine, number[], Partial<Int4Wishes>, Int4Scheme | null, string]>([
    ["with AVX2 alone", avx2, [2048], {}, perRow, "one group per row: this CPU has only AVX2"],
    ["with VNNI", vnni, [2048], {}, null, "the exporter's own scheme"],
    ["with AMX", amx, [], {}, null, "the exporter's own scheme"],
    ["on Arm", arm, [2048], {}, null, "the exporter's own scheme"],
    ["on a GPU", gpu, [2048], {}, null, "the exporter's own scheme"],
    ["on an NPU", npu, [2048], {}, { ...perRow, symmetric: true }, "per row, symmetric: as an NPU requires"],
    ["of odd widths", amx, [576, 1536], {}, group(64), "group size 64: 128 does not divide 576"],
    ["of odder widths", amx, [2048, 96], {}, group(32), "group size 32: 128 does not divide 96"],
    ["of the oddest widths", amx, [100], {}, perRow, "one group per row: 128 does not divide 100"],
    ["of a size that was asked for", avx2, [2048], { groupSize: 128 }, group(128), "128, as asked"],
    [
      "with a share",
      vnni,
      [2048],
      { ratio: 0.8 },
      { ...group(128), ratio: 0.8 },
      "128, 80 % of the layers, as asked",
    ],
    [
      "symmetric, where rows are fast",
      avx2,
      [64],
      { symmetric: true },
      { ...perRow, symmetric: true },
      "per row, symmetric, as asked",
    ],
    ["not symmetric on an NPU", npu, [64], { symmetric: false }, perRow, "one group per row, as asked"],
  ])("%s", (_, machine, widths, wishes, scheme, note) => {
    const choice = chooseInt4(of(...widths), { ...noInt4Wishes, ...wishes }, machine);
    expect(choice.scheme).toEqual(scheme);
    expect(choice.note).toContain(note);
  });

  test.each([
    [499e6, [2048], null, "the exporter's own scheme"],
    [135e6, [576, 1536], group(64), "group size 64: 128 does not divide 576"],
    [500e6, [576, 1536], perRow, "one group per row: this CPU has only AVX2"],
  ])("with AVX2 alone, of %d parameters of widths %j", (parameters, widths, scheme, note) => {
    const choice = chooseInt4({ widths, parameters }, noInt4Wishes, avx2);
    expect(choice.scheme).toEqual(scheme);
    expect(choice.note).toContain(note);
  });

  test("a group size that was asked for and does not fit is refused, with those that do", () => {
    expect(() => chooseInt4(of(576), { ...noInt4Wishes, groupSize: 100 }, avx2)).toThrow(
      "Cannot use --group-size 100: it does not divide 576, the width of the model's matrices. Use 64 or 32 or -1, or leave it out.",
    );
  });
});

describe("when the exporter names a further width", () => {
  const choice = chooseInt4(of(), noInt4Wishes, amx);
  test.each([
    [choice, [576], 64],
    [choice, [1024], undefined],
    [chooseInt4(of(), noInt4Wishes, avx2), [100], undefined],
    [chooseInt4(of(), { ...noInt4Wishes, groupSize: 128 }, amx), [576], undefined],
  ])("%j gets for %p the group size %p", (before, widths, size) => {
    expect(refit(before, widths)?.scheme?.groupSize).toBe(size);
  });

  test("keeps what else was asked for", () => {
    const asked = chooseInt4(of(), { ...noInt4Wishes, symmetric: true, ratio: 0.5 }, amx);
    expect(refit(asked, [576])?.scheme).toEqual({ groupSize: 64, symmetric: true, ratio: 0.5 });
  });
});
