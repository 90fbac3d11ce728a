import { expect, test } from "bun:test";
import { OvError, renderFacts, toCauseFacts } from "../src/errors.ts";

test.each([
  [{ what: 'Cannot load "x"' }, 'Cannot load "x".'],
  [{ what: 'Cannot load "x"', why: "it is gone" }, 'Cannot load "x": it is gone.'],
  [{ what: "No model", why: "Is it there?", next: "Look." }, "No model: Is it there? Look."],
  [{ what: "It ended", why: 'it said "no."', next: "Try again." }, 'It ended: it said "no." Try again.'],
])("%j is rendered once, as whole sentences", (facts, text) => expect(renderFacts(facts)).toBe(text));

test("an error is the reason of the one that it causes, and its next step remains the next step", () => {
  const cause = new OvError("model_path_invalid", {
    what: "Cannot use it",
    why: "it is cut",
    next: "Fetch it.",
  });
  expect(toCauseFacts(cause)).toEqual({ why: "Cannot use it: it is cut", next: "Fetch it." });
  expect(toCauseFacts(new OvError("internal_error", { what: "It broke" }))).toEqual({ why: "It broke" });
  expect(toCauseFacts(new Error("a plain one"))).toEqual({ why: "a plain one" });
  expect(toCauseFacts("a text")).toEqual({ why: "a text" });
});

test("what a client sent is quoted in bounds, in the message and in the path of the field", () => {
  const error = new OvError(
    "invalid_request",
    { what: "x".repeat(1e6), next: "Stop." },
    { param: "y".repeat(1e6) },
  );
  expect([error.message.length, error.param?.length]).toEqual([4000, 300]);
});
