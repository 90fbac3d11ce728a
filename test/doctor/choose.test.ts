import { expect, describe as group, test } from "bun:test";
import { chooseModel } from "../../src/doctor/choose.ts";
import { OvError } from "../../src/errors.ts";
import { describe, toSubject } from "./machines.ts";

const entry = { path: "/m", task: "text-generation-with-past", weight_format: "int4" };
const aliased = { ...entry, aliases: ["chat:latest"], presets: { "qwen-cold": { temperature: 0 } } };
const base = toSubject(describe("vm"));
const models = [
  { name: "qwen", entry: aliased, size: 1000, problem: null },
  { name: "smol", entry, size: 10, problem: null },
];
const subject = { ...base, registry: { ...base.registry, models } };

group("chooseModel", () => {
  test.each([
    [undefined, "qwen"],
    ["smol", "smol"],
    ["chat:latest", "qwen"],
    ["qwen-cold", "qwen"],
  ])("for %p takes %s", (asked, name) => expect(chooseModel(subject, asked).name).toBe(name));

  test("suggests the name that was meant", () => {
    expect(() => chooseModel(subject, "qwen-cald")).toThrow('did you mean "qwen-cold"?');
    expect(() => chooseModel(subject, "none")).toThrow(OvError);
  });
});
