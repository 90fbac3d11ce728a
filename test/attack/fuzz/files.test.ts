import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { OvError } from "../../../src/errors.ts";
import { describeModel } from "../../../src/models/folder.ts";
import { readGguf } from "../../../src/models/gguf.ts";
import { readIrInputs, readIrOutputs } from "../../../src/models/ir.ts";
import { readSafetensors } from "../../../src/models/safetensors.ts";
import { parseRegistry } from "../../../src/registry/schema.ts";
import { modelFiles } from "../../helpers/model-home.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { ended, readOrRefuse, runsOf, textOf } from "./fuzz.ts";

const folder = createTempDir();

function place(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The head of a .gguf file: two values of metadata and a tensor of 32 x 2 in Q4_0 (github.com/ggml-org/ggml, docs/gguf.md). */
function makeGguf(): Buffer {
  const u32 = (value: number) => Buffer.from(new Uint32Array([value]).buffer);
  const u64 = (value: number) => Buffer.from(new BigUint64Array([BigInt(value)]).buffer);
  const text = (value: string) => Buffer.concat([u64(value.length), Buffer.from(value)]);
  const head = [Buffer.from("GGUF"), u32(3), u64(1), u64(3)];
  const values = [
    [text("general.architecture"), u32(8), text("llama")],
    [text("llama.context_length"), u32(4), u32(2048)],
    [text("tokenizer.ggml.tokens"), u32(9), u32(8), u64(2), text("a"), text("b")],
  ].flat();
  const tensor = [text("a"), u32(2), u64(32), u64(2), u32(2), u64(0)];
  return Buffer.concat([...head, ...values, ...tensor, Buffer.alloc(36)]);
}

const edits = fc.array(
  fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 1, max: 8 })),
  { maxLength: 3 },
);

/** Bytes written over at any places, and an end at any place. */
function damage(whole: Uint8Array, changes: [number, number, number][], end: number | null): Buffer {
  const bytes = Buffer.from(whole);
  for (const [at, value, count] of changes) {
    const start = at % bytes.length;
    bytes.fill(value, start, Math.min(bytes.length, start + count));
  }
  return bytes.subarray(0, end === null ? bytes.length : end % bytes.length);
}

async function settle<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof OvError) return null;
    throw error;
  }
}

test("a damaged .gguf file is refused, or has facts that make sense", async () => {
  const whole = makeGguf();
  const facts = await readGguf(place("whole.gguf", whole));
  expect(facts).toMatchObject({ contextLength: 2048, architecture: "llama" });
  await fc.assert(
    fc.asyncProperty(edits, fc.option(fc.nat()), async (changes, end) => {
      const path = place("damaged.gguf", damage(whole, changes, end));
      const read = await settle(readGguf(path));
      if (read === null) return;
      expect(read.needsBytes).toBeGreaterThanOrEqual(0);
      await settle(describeModel(path));
    }),
    runsOf(300),
  );
});

const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-1, 0.5, 1e308, "1", null, [1], {}));
const tensor = fc.oneof(
  fc.record(
    { shape: fc.array(number, { maxLength: 3 }), data_offsets: fc.array(number, { maxLength: 3 }) },
    { requiredKeys: [] },
  ),
  fc.jsonValue(),
);
const header = fc.oneof(fc.dictionary(fc.string(), tensor), fc.jsonValue());

test("a header of safetensors is damaged, or has whole numbers that a file can have", () => {
  fc.assert(
    fc.property(header, edits, fc.option(fc.nat(), { freq: 2 }), (value, changes, end) => {
      const text = Buffer.from(JSON.stringify(value));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      const bytes = damage(Buffer.concat([length, text]), end === null ? [] : changes, end);
      const facts = ended(() => readSafetensors(place("a.safetensors", bytes)));
      for (const count of facts === null ? [] : [facts.parameters, facts.bytes]) {
        expect([Number.isSafeInteger(count), count >= 0]).toEqual([true, true]);
      }
    }),
    runsOf(500),
  );
});

describe("the .xml of a network", () => {
  const pieces = [
    "<layer ",
    'type="Result"',
    'type="Parameter"',
    ">",
    "</layer>",
    ' names="a,b"',
    ' output_names="logits"',
    "<dim>",
    'name="',
    '"',
    " ",
    "x",
    "</layers>",
    "\n",
  ];

  test("of anything is read", () => {
    fc.assert(
      fc.property(textOf(pieces), (text) => {
        const path = place("a.xml", text);
        ended(() => [readIrInputs(path), readIrOutputs(path)]);
      }),
      runsOf(300),
    );
  });

  test.each([
    ...pieces,
    '<layer type="Result"',
    '<layer type="Result">',
    '<layer type="Parameter"',
    '<layer name="a',
    ' names="',
  ])(
    "of 3 MB of %j is read, and nobody waits",
    (piece) => {
      const path = place("long.xml", piece.repeat(3_200_000 / piece.length));
      ended(() => [readIrInputs(path), readIrOutputs(path)]);
    },
    180_000,
  );
});

const entry = fc.record(
  {
    path: fc.oneof(fc.constant("/m"), fc.jsonValue()),
    task: fc.oneof(fc.constant("text-generation"), fc.jsonValue()),
    weight_format: fc.oneof(fc.constant("int8"), fc.jsonValue()),
    aliases: fc.oneof(fc.array(fc.constantFrom("a", "b", "__proto__")), fc.jsonValue()),
    presets: fc.oneof(
      fc.dictionary(fc.constantFrom("a", "p", "__proto__"), fc.oneof(fc.constant({}), fc.jsonValue())),
      fc.jsonValue(),
    ),
    properties: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
    defaults: fc.jsonValue(),
    device: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const names = fc.constantFrom("a", "b", "", "a/b", "~1", "__proto__", "é");
const registry = fc.oneof(
  fc
    .record({ version: fc.constant(1), models: fc.dictionary(names, fc.oneof(entry, fc.jsonValue())) })
    .map((file) => JSON.stringify(file)),
  fc.json(),
  textOf(['{"version": 1, "models": {', '"a": ', "{}", "}", ",", "null", '"path": "/m"']),
);

test("a registry of anything is refused, or each of its entries is served or reported", () => {
  fc.assert(
    fc.property(registry, (text) => {
      const parsed = readOrRefuse(() => parseRegistry(text));
      if (parsed === null) return;
      const { models } = JSON.parse(text);
      const reported = new Set(parsed.problems.map(({ name }) => name));
      for (const name of Object.keys(models))
        expect(parsed.entries.has(name) || reported.has(name)).toBe(true);
    }),
    runsOf(500),
  );
});

test("a model folder whose files hold anything is described or refused", async () => {
  const config = fc.oneof(
    fc
      .record(
        {
          architectures: fc.jsonValue(),
          model_type: fc.jsonValue(),
          max_position_embeddings: fc.jsonValue(),
          temperature: fc.jsonValue(),
          chat_template: fc.jsonValue(),
          task: fc.jsonValue(),
          weight_format: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string({ unit: "binary" }),
  );
  for (const name of modelFiles) place(name, "<net/>");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        "config.json",
        "generation_config.json",
        "tokenizer_config.json",
        "chat_template.json",
        "conversion.json",
        "modules.json",
        ...modelFiles,
      ),
      config,
      async (name, text) => {
        place(name, text);
        await settle(describeModel(folder));
      },
    ),
    runsOf(300),
  );
});
