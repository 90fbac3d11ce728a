import { describe, expect, test } from "bun:test";
import { OvError } from "../../src/errors.ts";
import type { Turn } from "../../src/generate/conversation.ts";
import type { ChoicePart } from "../../src/generate/parts.ts";
import type { TextRequest } from "../../src/generate/request.ts";
import { answerFitting } from "../../src/serving/fitting.ts";
import { textRequest, turn } from "../generate/text-request.ts";

const part: ChoicePart = { index: 0, part: { type: "text", text: "Hi", logprobs: [] } };

/** A model whose context holds so many turns. */
function createAnswer(most: number) {
  const asked: string[] = [];
  async function* answer({ conversation: { turns } }: TextRequest): AsyncGenerator<ChoicePart> {
    asked.push(turns.map(({ at }) => at).join(" "));
    if (turns.length > most) throw new OvError("context_length_exceeded", "Too long.");
    yield part;
  }
  return { asked, answer };
}

const request = (turns: Turn[]) => textRequest({ conversation: { turns, at: "input" } });
const users = (count: number) => Array.from({ length: count }, (_, index) => turn("user", "x", `u${index}`));

describe("an answer whose conversation may be too long", () => {
  test("is asked once where it fits", async () => {
    const { asked, answer } = createAnswer(3);
    expect(await Array.fromAsync(answerFitting(request(users(3)), answer))).toEqual([part]);
    expect(asked).toEqual(["u0 u1 u2"]);
  });

  test("leaves out a quarter of the oldest turns until it fits, system turns stay", async () => {
    const { asked, answer } = createAnswer(4);
    const turns = [turn("system", "x", "s"), ...users(6)];
    expect(await Array.fromAsync(answerFitting(request(turns), answer))).toEqual([part]);
    expect(asked).toEqual(["s u0 u1 u2 u3 u4 u5", "s u2 u3 u4 u5", "s u3 u4 u5"]);
  });

  test("leaves a call out together with its results", async () => {
    const { asked, answer } = createAnswer(1);
    const call = turn("assistant", [{ type: "call", id: "c", name: "f", arguments: "{}", at: "" }], "call");
    const result = { type: "result", callId: "c", name: null, content: [], at: "" } as const;
    const turns = [call, turn("user", [result], "r0"), turn("user", [result], "r1"), turn("user", "x", "u")];
    expect(await Array.fromAsync(answerFitting(request(turns), answer))).toEqual([part]);
    expect(asked).toEqual(["call r0 r1 u", "u"]);
  });

  test("fails when nothing is left to leave out, and at once for any other reason", async () => {
    const { asked, answer } = createAnswer(0);
    const all = Array.fromAsync(answerFitting(request(users(2)), answer));
    await expect(all).rejects.toMatchObject({ code: "context_length_exceeded" });
    expect(asked).toEqual(["u0 u1", "u1"]);
    async function* failing(): AsyncGenerator<ChoicePart> {
      yield part;
      throw new OvError("engine_crashed", "Gone.");
    }
    const failed = Array.fromAsync(answerFitting(request(users(2)), failing));
    await expect(failed).rejects.toMatchObject({ code: "engine_crashed" });
  });
});
