import { describe, expect, test } from "bun:test";
import { renderDiagnosis, renderTrials } from "../../../cli/doctor/render.ts";
import { toDiagnosis } from "../../../src/doctor/finding.ts";

const diagnosis = toDiagnosis([
  { check: "gpu", status: "ok", what: "It is seen.", next: null },
  { check: "service", status: "warn", what: "It does not start\nby itself.", next: "Run `x`." },
  { check: "disk", status: "fail", what: "It is full.", next: null },
]);

describe("renderDiagnosis", () => {
  test("has a line for each finding and each next step, and counts", () => {
    expect(Bun.stripANSI(renderDiagnosis(diagnosis, null))).toBe(
      [
        "ok    gpu      It is seen.",
        "warn  service  It does not start by itself.",
        "               -> Run `x`.",
        "fail  disk     It is full.",
        "",
        "1 failure, 1 warning.",
        "",
      ].join("\n"),
    );
    expect(diagnosis.status).toBe("fail");
  });

  test("is wrapped to the terminal", () => {
    const [finding] = toDiagnosis([
      { check: "gpu", status: "ok", what: "one two three four five six seven eight", next: null },
    ]).findings;
    const text = Bun.stripANSI(renderDiagnosis(toDiagnosis(finding ? [finding] : []), 42));
    expect(text).toBe("ok    gpu  one two three four five six\n           seven eight\n\nAll is well.\n");
  });
});

test("renderTrials has a row for each device that answered, and a verdict", () => {
  const common = { doubt: null, text: "a", tokens: 64, load_seconds: 1.5, first_token_ms: 80 };
  const trials = [
    { ...common, device: "CPU", problem: null, tokens_per_second: 5, memory_bytes: 2 ** 30 },
    { ...common, device: "NPU", problem: "It broke.", tokens_per_second: 0, memory_bytes: 0 },
  ];
  expect(Bun.stripANSI(renderTrials("m", trials, { best: "CPU", texts: ["Same."] }, null))).toBe(
    [
      "DEVICE  LOAD   FIRST TOKEN  TOKENS/S  MEMORY",
      "CPU     1.5 s  80 ms        5         1.0 GB",
      "NPU: It broke.",
      "Same.",
      '"m" is fastest on CPU.',
      "",
    ].join("\n"),
  );
});
