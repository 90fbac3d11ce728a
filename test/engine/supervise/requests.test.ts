import { expect, test } from "bun:test";
import { createRequests } from "../../../src/engine/supervise/requests.ts";

test("messages reach the requests that they name, and nothing comes after the end", async () => {
  const requests = createRequests();
  const [first, second] = [requests.open("generate"), requests.open("tokenize")];
  expect(requests.operations()).toEqual(["generate", "tokenize"]);
  requests.route({ type: "step", outputs: [{ id: first.id, text: "a", tokens: 1 }] });
  requests.route({ type: "tokens", id: second.id, tokens: [1], strings: null });
  for (const { id } of [first, second]) requests.route({ type: "finished", id, reason: "stop" });
  requests.route({ type: "step", outputs: [{ id: first.id, text: "late", tokens: 1 }] });
  const typesOf = async ({ answers }: typeof first) =>
    (await Array.fromAsync(answers)).map(({ type }) => type);
  expect(await typesOf(first)).toEqual(["step", "finished"]);
  expect(await typesOf(second)).toEqual(["tokens", "finished"]);
  expect(requests.operations()).toEqual([]);
});

test("a request that failed fails alone, with a code that the catalogue has", async () => {
  const requests = createRequests();
  const [bad, good] = [requests.open("generate"), requests.open("generate")];
  requests.route({ type: "failed", id: bad.id, code: "no_such_code", message: "No." });
  expect(Array.fromAsync(bad.answers)).rejects.toMatchObject({ code: "engine_failed", message: "No." });
  expect(requests.leave(bad.id)).toBeFalse();
  expect(requests.leave(good.id)).toBeTrue();
});

test("a client that leaves an answer unread for too long loses it", async () => {
  const requests = createRequests();
  const { id, answers } = requests.open("generate");
  for (let step = 0; step <= 10_000; step += 1)
    requests.route({ type: "step", outputs: [{ id, text: "a", tokens: 1 }] });
  await expect(Array.fromAsync(answers)).rejects.toMatchObject({ code: "client_too_slow" });
});
