import { expect, test } from "bun:test";
import { toKnownName, toTagged } from "../../../src/api/ollama/names.ts";

test.each([
  ["smol", "smol:latest"],
  ["qwen3:8b", "qwen3:8b"],
  ["owner/model", "owner/model:latest"],
  ["host:80/owner/model", "host:80/owner/model:latest"],
  ["host:80/owner/model:q4", "host:80/owner/model:q4"],
])("%s is listed as %s", (name, tagged) => expect(toTagged(name)).toBe(tagged));

const entry = (aliases: string[]) => ({ path: "/m", task: "text", weight_format: "int8", aliases });
const catalog = {
  list: () => [
    { name: "smol", entry: entry(["llama3.2"]) },
    { name: "odd:latest", entry: entry(["strange:latest"]) },
  ],
};

test.each([
  ["smol", "smol"],
  ["smol:latest", "smol"],
  ["llama3.2:latest", "llama3.2"],
  ["odd:latest", "odd:latest"],
  ["strange:latest", "strange:latest"],
  ["smol:1b", "smol:1b"],
  ["nobody:latest", "nobody"],
  ["", ""],
])("%j means %j", (asked, known) => expect(toKnownName(catalog, asked)).toBe(known));
