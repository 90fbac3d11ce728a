import { createRandom } from "../helpers/random.ts";

/** A function with a schema of its own, and the tools of a request. */
export interface SampleTool {
  type: "function";
  function: { name: string; description: string; parameters: Record<string, unknown>; strict?: boolean };
}

const texts = { type: "string", maxLength: 40 };

/** Every kind of schema that a property may have; the small model is given little room to ramble. */
const kinds: Record<string, unknown>[] = [
  texts,
  { type: "string", enum: ["low", "medium", "high"] },
  { type: "string", enum: ["größe", "北京", "naïve 🙂", 'quo"te', "back\\slash"] },
  { type: "integer", minimum: 0, maximum: 100 },
  { type: "number", minimum: -90, maximum: 90 },
  { type: "boolean" },
  { type: "array", items: texts, minItems: 1, maxItems: 3 },
  { type: "array", items: { type: "integer", minimum: 1, maximum: 9 }, maxItems: 4 },
  { anyOf: [{ type: "integer", minimum: 1, maximum: 31 }, { enum: ["today", "tomorrow"] }] },
  { type: ["string", "null"], maxLength: 20 },
  { const: "v1" },
  { type: "string", pattern: "^[A-Z]{2}-[0-9]{3}$" },
  {
    type: "object",
    properties: { street: texts, number: { type: "integer", minimum: 1, maximum: 999 } },
    required: ["street"],
    additionalProperties: false,
  },
  {
    type: "array",
    items: {
      type: "object",
      properties: { id: { type: "integer", minimum: 1, maximum: 50 }, tag: { enum: ["a", "b"] } },
      required: ["id", "tag"],
      additionalProperties: false,
    },
    minItems: 1,
    maxItems: 2,
  },
  { $ref: "#/$defs/point" },
];
const point = {
  type: "object",
  properties: {
    x: { type: "integer", minimum: 0, maximum: 9 },
    y: { type: "integer", minimum: 0, maximum: 9 },
  },
  required: ["x", "y"],
  additionalProperties: false,
};

const verbs = ["book", "find", "send", "update", "delete", "plan", "translate", "order", "measure", "play"];
const things = [
  "table",
  "flight",
  "message",
  "record",
  "lamp",
  "meeting",
  "letter",
  "parcel",
  "room",
  "song",
];
const keys = ["city", "name", "level", "count", "größe", "時間", "options", "items", "day", "note"];
const places = ["Paris", "Osaka", "Köln", "Lima", "Oslo", "Cairo", "Turin", "Perth"];

export interface SampleRequest {
  question: string;
  tools: SampleTool[];
}

/**
 * Requests that are the same in each run: `sets` lists of 1 to 8 tools of varied schemas, about each of which `each`
 * questions are asked, one round after the other: the engine finds the tools in its prefix cache then.
 */
export function sampleRequests(sets: number, each: number, seed = 1): SampleRequest[] {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const schema = () => {
    const names = [...keys].sort(() => random() - 0.5).slice(0, 1 + Math.floor(random() * 4));
    const properties = Object.fromEntries(names.map((name) => [name, pick(kinds)]));
    const required = names.filter((_, index) => index === 0 || random() < 0.5);
    return { type: "object", properties, required, additionalProperties: false, $defs: { point } };
  };
  const toTools = (count: number) => {
    const names = new Set(Array.from({ length: count }, () => `${pick(verbs)}_${pick(things)}`));
    return [...names].map((name): SampleTool => {
      const description = `Can ${name.replace("_", " a ")}.`;
      return { type: "function", function: { name, description, parameters: schema() } };
    });
  };
  const lists = Array.from({ length: sets }, (_, set) => toTools(1 + (set % 8)));
  return Array.from({ length: each }, (_, round) => round).flatMap((round) =>
    lists.map((tools) => {
      const what = pick(tools).function.name.replace("_", " a ");
      return { question: `Please ${what} in ${pick(places)} for ${2 + round} people.`, tools };
    }),
  );
}

export function sampleSchemas(count: number): Record<string, unknown>[] {
  return sampleRequests(count, 1, 2).map(({ tools }) => tools[0]!.function.parameters);
}
