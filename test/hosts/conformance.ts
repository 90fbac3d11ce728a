import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { GenerateRequest, GenerationEvent, Host } from "../../src/engine/supervise/types.ts";
import { toRequest } from "../helpers/engine-request.ts";

interface Collected {
  events: GenerationEvent[];
  text: string;
  tokens: number;
  reason: string | undefined;
}

export async function collect(host: Host, request: GenerateRequest): Promise<Collected> {
  const events: GenerationEvent[] = [];
  for await (const event of host.generate(request, new AbortController().signal)) events.push(event);
  const texts = events.flatMap((event) => (event.type === "text" ? [event] : []));
  const last = events.at(-1);
  return {
    events,
    text: texts.map(({ text }) => text).join(""),
    tokens: texts.reduce((sum, { tokens }) => sum + tokens, 0),
    reason: last?.type === "finished" ? last.reason : undefined,
  };
}

const seconds = 60_000;

/** What every kind of host must do, whatever runs behind it. */
export function describeConformance(name: string, start: () => Promise<Host>): void {
  describe(`the ${name} host`, () => {
    let host: Host;
    beforeAll(async () => {
      host = await start();
    }, seconds);
    afterAll(() => host?.close());

    test("is ready with its device, context length and versions", () => {
      expect(host.ready).toMatchObject({ type: "ready", device: "CPU" });
      expect(host.ready.context_length).toBeGreaterThan(0);
      expect(Object.keys(host.ready.versions)).not.toBeEmpty();
      expect(host.alive).toBeTrue();
    });

    test(
      "starts, tells text, finishes",
      async () => {
        const { events, text, tokens, reason } = await collect(host, toRequest("Say hello to me"));
        expect(events[0]).toMatchObject({ type: "started", promptTokens: expect.any(Number) });
        expect(events.slice(1, -1).every(({ type }) => type === "text")).toBeTrue();
        expect(reason).toBeOneOf(["stop", "length"]);
        expect(text.length).toBeGreaterThan(0);
        expect(tokens).toBeGreaterThan(0);
      },
      seconds,
    );

    test(
      "ends at max_tokens with reason length",
      async () => {
        const request = toRequest("Count up from one", { max_tokens: 3, ignore_eos: true });
        expect(await collect(host, request)).toMatchObject({ tokens: 3, reason: "length" });
      },
      seconds,
    );

    test(
      "gives the same text for the same seed, another for another one",
      async () => {
        const ask = async (seed: number) =>
          (await collect(host, toRequest("Tell me something", { sampling: { temperature: 1, seed } }))).text;
        // The first one fills the prefix cache: what is found there was rounded otherwise than what is computed.
        await ask(11);
        const [first, again, other] = [await ask(11), await ask(11), await ask(12)];
        expect(again).toBe(first);
        expect(other).not.toBe(first);
      },
      seconds,
    );

    test(
      "tells the log probability of each token of the text",
      async () => {
        if (!host.ready.capabilities.includes("logprobs")) return;
        // Answered in plain letters: tokens that hold a part of a character each have no text to be joined.
        const question = "What is the capital of France?";
        const request = toRequest(question, { logprobs: true, max_tokens: 4, ignore_eos: true });
        const { events, text } = await collect(host, request);
        const tokens = events.flatMap((event) => (event.type === "text" ? (event.logprobs ?? []) : []));
        expect(tokens).toHaveLength(4);
        expect(tokens.every(({ logprob }) => logprob <= 0)).toBeTrue();
        expect(tokens.map(({ token }) => token).join("")).toBe(text);
      },
      seconds,
    );

    test(
      "is held to a grammar, and others beside it are not",
      async () => {
        if (!host.ready.capabilities.includes("grammar")) return;
        const content = { type: "ebnf" as const, grammar: 'root ::= "red" | "blue"' };
        const grammar = { type: "tag" as const, begin: "<a>", content, end: "</a>" };
        const sampling = { temperature: 1, seed: 3 };
        const [held, free] = await Promise.all([
          collect(host, toRequest("Say hello to me", { grammar, sampling })),
          collect(host, toRequest("Say hello to me", { sampling })),
        ]);
        expect(held.text).toBeOneOf(["<a>red</a>", "<a>blue</a>"]);
        expect(held.reason).toBe("stop");
        expect(free.text).not.toContain("<a>");
      },
      seconds,
    );

    test(
      "keeps special tokens in the text where they are asked for, but no end of text",
      async () => {
        if (!host.ready.capabilities.includes("special_tokens")) return;
        const grammar = { type: "const" as const, text: "a<|im_start|>b" };
        const [kept, dropped] = await Promise.all([
          collect(host, toRequest("Hi", { grammar, special_tokens: true })),
          collect(host, toRequest("Hi", { grammar })),
        ]);
        expect(kept).toMatchObject({ text: "a<|im_start|>b", reason: "stop" });
        expect(dropped.text).toBeOneOf(["ab", "a<|im_start|>b"]);
      },
      seconds,
    );

    test(
      "knows a repeated prompt from its prefix cache",
      async () => {
        const prompt = Array.from({ length: 40 }, (_, index) => `w${index}`).join(" ");
        const request = toRequest(prompt, { max_tokens: 1 });
        const [cold] = (await collect(host, request)).events;
        const [warm] = (await collect(host, request)).events;
        expect(cold).toMatchObject({ type: "started" });
        expect(warm?.type === "started" && warm.cachedTokens).toBeGreaterThan(
          (cold?.type === "started" && cold.cachedTokens) || 0,
        );
      },
      seconds,
    );

    test(
      "runs several requests at once, each with its own text",
      async () => {
        const seeds = [1, 2, 3, 4, 5, 6];
        const ask = (seed: number) =>
          collect(
            host,
            toRequest("Tell me something", { max_tokens: 8, sampling: { temperature: 1, seed } }),
          );
        const together = await Promise.all(seeds.map(ask));
        expect(together.every(({ reason }) => reason !== undefined)).toBeTrue();
        expect(new Set(together.map(({ text }) => text)).size).toBeGreaterThan(3);
      },
      seconds,
    );

    test(
      "ends a request with the signal's reason, and the others go on",
      async () => {
        const stop = new AbortController();
        const reason = new Error("enough");
        const long = toRequest("Count for a long time", { max_tokens: 30, ignore_eos: true });
        const other = collect(host, long);
        const run = async () => {
          for await (const event of host.generate(long, stop.signal)) {
            if (event.type === "text") stop.abort(reason);
          }
        };
        expect(run()).rejects.toBe(reason);
        expect(await other).toMatchObject({ tokens: 30, reason: "length" });
      },
      seconds,
    );

    test("takes a signal that has already aborted", async () => {
      const run = async () => {
        const signal = AbortSignal.abort(new Error("too late"));
        for await (const _ of host.generate(toRequest("Hi"), signal));
      };
      expect(run()).rejects.toThrow("too late");
    });

    test(
      "is free again after a consumer left early",
      async () => {
        for await (const event of host.generate(
          toRequest("Hello", { ignore_eos: true }),
          AbortSignal.any([]),
        )) {
          if (event.type === "text") break;
        }
        expect((await collect(host, toRequest("Say hello to me"))).reason).toBeDefined();
      },
      seconds,
    );

    test(
      "refuses a prompt beyond the context with both numbers",
      async () => {
        const limit = host.ready.context_length;
        const request = toRequest(Array.from({ length: limit + 10 }, () => "word").join(" "));
        expect(collect(host, request)).rejects.toMatchObject({
          code: "context_length_exceeded",
          message: expect.stringMatching(new RegExp(`${limit}.*\\d+`)),
        });
      },
      seconds,
    );

    test(
      "goes on after half of a character, which no tokenizer takes",
      async () => {
        const half = collect(host, toRequest("a \ud83d b", { max_tokens: 2 }));
        await half.catch((error: unknown) => expect(error).toMatchObject({ code: "invalid_request" }));
        expect((await collect(host, toRequest("Say hello to me"))).reason).toBeDefined();
      },
      seconds,
    );

    test(
      "closes, says so, and refuses what comes after",
      async () => {
        await host.close();
        expect(await host.exited).toBeNull();
        expect(collect(host, toRequest("Hi"))).rejects.toThrow();
      },
      seconds,
    );
  });
}
