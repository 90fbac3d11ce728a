import { describe, expect, test } from "bun:test";
import {
  explainFailure,
  type FailureKind,
  findChannelSize,
  toStage,
} from "../../../src/convert/exporter/output.ts";

const cases: [kind: FailureKind, line: string][] = [
  [
    "memory",
    "RuntimeError: [enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 1234 bytes",
  ],
  ["memory", "MemoryError"],
  ["memory", "RuntimeError: std::bad_alloc"],
  ["disk", "OSError: [Errno 28] No space left on device"],
  [
    "disk",
    "safetensors_rust.SafetensorError: Error while serializing: I/O error: No space left on device (os error 28)",
  ],
  ["gated", "huggingface_hub.errors.GatedRepoError: 401 Client Error."],
  ["gated", "OSError: You are trying to access a gated repo."],
  [
    "remote-code",
    "ValueError: The repository /m contains custom code which must be executed. Please pass the argument `trust_remote_code=True`",
  ],
  [
    "group-size",
    "nncf.errors.InvalidGroupSizeError: Failed to apply group-wise quantization with group size value 128 and channel size value 576.",
  ],
  [
    "architecture",
    "ValueError: Trying to export a foo model, that is a custom or unsupported architecture, but no custom export",
  ],
  [
    "architecture",
    "ValueError: The checkpoint you are trying to load has model type `x` but Transformers does not recognize this architecture.",
  ],
  ["package", "ModuleNotFoundError: No module named 'einops'"],
  ["damaged", "safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge"],
  ["network", "requests.exceptions.ConnectionError: Max retries exceeded"],
  ["unknown", "TypeError: unexpected"],
];

describe("explainFailure", () => {
  test.each(cases)("%s: %s", (kind, line) => {
    const lines = [
      "INFO: all is well",
      "Traceback (most recent call last):",
      "  at x",
      line,
      "[notice] a new pip",
      "",
    ];
    const failure = explainFailure({ lines, exitCode: 1, signal: null });
    expect(failure).toMatchObject({ kind, line });
    expect(failure.remedy === null).toBe(kind === "unknown");
  });

  test.each([
    [
      { exitCode: null, signal: "SIGKILL" },
      "the system killed it (SIGKILL), as happens when memory runs out; its last line: tracing",
    ],
    [
      { exitCode: 137, signal: null },
      "the system killed it (SIGKILL), as happens when memory runs out; its last line: tracing",
    ],
  ])("%j is taken for want of memory", (end, line) => {
    expect(explainFailure({ lines: ["tracing"], ...end })).toMatchObject({ kind: "memory", line });
  });

  test("one that prints nothing is explained by how it ended", () => {
    expect(explainFailure({ lines: [], exitCode: 4, signal: null }).line).toBe(
      "it ended with exit code 4 and printed nothing",
    );
    expect(explainFailure({ lines: ["  "], exitCode: null, signal: "SIGSEGV" }).line).toContain("SIGSEGV");
  });

  test("one whose last line is no error is explained by both", () => {
    const { line } = explainFailure({ lines: ["Multiple distributions found"], exitCode: 4, signal: null });
    expect(line).toBe("it ended with exit code 4; its last line: Multiple distributions found");
  });

  test("a long line is cut", () => {
    expect(explainFailure({ lines: ["x".repeat(5000)], exitCode: 1, signal: null }).line.length).toBeLessThan(
      500,
    );
  });
});

test("findChannelSize", () => {
  expect(findChannelSize(["with group size value 128 and channel size value 576."])).toBe(576);
  expect(findChannelSize(["nothing"])).toBeNull();
});

test.each([
  ["Loading weights:  50%|#####     | 1/2", "loading the weights", 50],
  ["Loading checkpoint shards: 100%|####| 2/2", "loading the weights", 100],
  ["INFO:nncf:Statistics of the bitwidth distribution:", "compressing the weights", null],
  ["Applying Weight Compression ━━━ 42% • 0:00:12 • 0:01:00", "compressing the weights", 42],
  ["/x/modeling.py:1: TracerWarning: Converting a tensor", "tracing the model", null],
])("the stage of %p is %p, %p", (line, text, percent) => expect(toStage(line)).toEqual({ text, percent }));

test("most lines announce no stage", () => expect(toStage("Multiple distributions found")).toBeNull());
