import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Host } from "../../src/engine/supervise/types.ts";
import type { GenerateRequest, GenerationEvent } from "../../src/protocol/generate.ts";
import { toRequest } from "../helpers/engine-request.ts";

const seconds = 60_000;
const never = new AbortController().signal;

interface Collected {
  events: GenerationEvent[];
  text: string;
  tokens: number;
  reason: string | undefined;
}

export async function collect(host: Host, request: GenerateRequest): Promise<Collected> {
  const events = await Array.fromAsync(host.run("generate", request, never));
  const texts = events.flatMap((event) => (event.type === "text" ? [event] : []));
  const last = events.at(-1);
  return {
    events,
    text: texts.map(({ text }) => text).join(""),
    tokens: texts.reduce((sum, { tokens }) => sum + tokens, 0),
    reason: last?.type === "finished" ? last.reason : undefined,
  };
}

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
      expect(host.ready.operations).toEqual(["generate", "tokenize", "detokenize"]);
      expect(Object.keys(host.ready.versions)).not.toBeEmpty();
      expect(host.alive).toBeTrue();
    });

    test(
      "starts, sends text, finishes",
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
      "gives the log probability of each token of the text",
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
          for await (const event of host.run("generate", long, stop.signal)) {
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
        for await (const _ of host.run("generate", toRequest("Hi"), signal));
      };
      expect(run()).rejects.toThrow("too late");
    });

    test(
      "is free again after a consumer left early",
      async () => {
        for await (const event of host.run(
          "generate",
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

    const ask = async (text: string, strings = false, add_special_tokens = false) => {
      const request = { text, strings, add_special_tokens };
      const events = await Array.fromAsync(host.run("tokenize", request, never));
      expect(events.map(({ type }) => type)).toEqual(["tokens", "finished"]);
      const [answer] = events;
      if (answer?.type !== "tokens") throw new Error("no tokens");
      return answer;
    };
    test("reports its control tokens, and takes them for text where they are cut", async () => {
      const { control_tokens = [], capabilities } = host.ready;
      if (control_tokens.length === 0) return;
      const [token = ""] = control_tokens.filter((text) => text.startsWith("<|"));
      const { tokens } = await ask(token);
      expect(tokens).toHaveLength(1);
      if (!capabilities.includes("cut_prompts")) return;
      const text = `Hi ${token[0]}+${token.slice(1)} you`;
      const request = { text, cut: "+", strings: false, add_special_tokens: false };
      const [answer] = await Array.fromAsync(host.run("tokenize", request, never));
      const cut = answer?.type === "tokens" ? answer.tokens : [];
      expect(cut).not.toContain(tokens[0] ?? -1);
      expect(await join(cut)).toBe(`Hi ${token} you`);
      const { events } = await collect(host, toRequest(text, { prompt: text, cut: "+", max_tokens: 2 }));
      expect(events[0]).toMatchObject({ type: "started", promptTokens: cut.length });
    });

    const join = async (tokens: number[]) => {
      const events = await Array.fromAsync(host.run("detokenize", { tokens }, never));
      expect(events.map(({ type }) => type)).toEqual(["text", "finished"]);
      return events[0]?.type === "text" ? events[0].text : "";
    };

    test.each(["Hello there, how are you?", " a  b\n\nc ", "über 日本語 👍🏽 é", "x", ""])(
      "gives a text's tokens, and the same text for them: %j",
      async (text) => {
        const { tokens, strings } = await ask(text);
        expect(strings).toBeNull();
        expect(tokens.length > 0).toBe(text !== "");
        expect(await join(tokens)).toBe(text);
      },
      seconds,
    );

    test("gives each token's own text where that is asked for", async () => {
      const { tokens, strings } = await ask("Hello there, how are you?", true);
      expect(strings).toHaveLength(tokens.length);
      expect(strings?.join("")).toBe("Hello there, how are you?");
      expect((await ask("", true)).strings).toEqual([]);
    });

    test("adds the tokenizer's own tokens around the same ones of the text", async () => {
      const [plain, special] = [await ask("Hello there"), await ask("Hello there", false, true)];
      expect(special.tokens.join()).toContain(plain.tokens.join());
    });

    test("keeps special tokens in a text that is put together", async () => {
      if (!host.ready.capabilities.includes("special_tokens")) return;
      const { tokens } = await ask("<|im_start|>user");
      expect(await join(tokens)).toBe("<|im_start|>user");
    });

    test(
      "counts a prompt as a request for an answer does",
      async () => {
        const request = toRequest("Say hello to me", { max_tokens: 1 });
        const [started] = (await collect(host, request)).events;
        if (host.ready.engine === "memory") return;
        expect(started).toMatchObject({ promptTokens: (await ask(String(request.prompt))).tokens.length });
      },
      seconds,
    );

    test(
      "takes token ids for a prompt, and answers as it does to their text",
      async () => {
        const { prompt, ...request } = toRequest("Say hello to me");
        const { tokens } = await ask(String(prompt));
        // The first one fills the prefix cache, which rounds otherwise.
        await collect(host, { ...request, prompt });
        const byText = await collect(host, { ...request, prompt });
        const byIds = await collect(host, { ...request, prompt: tokens });
        expect(byIds.events[0]).toMatchObject({ type: "started", promptTokens: expect.any(Number) });
        expect(byIds.text).toBe(byText.text);
        if (host.ready.engine === "memory") return;
        expect(byIds.events[0]).toMatchObject({ promptTokens: tokens.length });
      },
      seconds,
    );

    test("adds the tokenizer's own tokens to a prompt only where that is asked for", async () => {
      const countOf = async (add_special_tokens: boolean) => {
        const request = toRequest("", { prompt: "Hello there", add_special_tokens, max_tokens: 1 });
        const [started] = (await collect(host, request)).events;
        return started?.type === "started" ? started.promptTokens : 0;
      };
      const added = (await ask("Hello there", false, true)).tokens.length;
      const plain = (await ask("Hello there")).tokens.length;
      expect((await countOf(true)) - (await countOf(false))).toBe(added - plain);
    });

    test("refuses a prompt with an id that the model does not have, and goes on", async () => {
      const { tokens } = await ask("Hello there");
      const refused = collect(host, toRequest("", { prompt: [...tokens, 2 ** 31 - 1] }));
      await refused.catch(() => {});
      expect(refused).rejects.toMatchObject({ code: "invalid_request" });
      expect((await collect(host, toRequest("Say hello to me"))).reason).toBeDefined();
    });

    test("refuses a prompt of as many ids as the context has", async () => {
      const limit = host.ready.context_length;
      const { tokens } = await ask("Hello");
      const prompt = Array.from({ length: limit }, () => tokens[0] ?? 0);
      const refused = collect(host, toRequest("", { prompt }));
      await refused.catch(() => {});
      if (host.ready.engine === "memory") return;
      expect(refused).rejects.toMatchObject({
        code: "context_length_exceeded",
        message: expect.stringMatching(new RegExp(`${limit} tokens, but the prompt has ${limit}`)),
      });
    });

    test(
      "gives tokens while it answers others",
      async () => {
        const long = toRequest("Count for a long time", { max_tokens: 40, ignore_eos: true });
        let after = 0;
        for await (const event of host.run("generate", long, never)) {
          if (event.type === "text" && after === 0) expect((await ask("Hello there")).tokens).not.toBeEmpty();
          if (event.type === "text") after += event.tokens;
        }
        expect(after).toBe(40);
      },
      seconds,
    );

    test(
      "refuses a text beyond the context with both numbers, however long it is",
      async () => {
        const limit = host.ready.context_length;
        for (const words of [limit + 10, 1_000_000]) {
          const refused = ask("word ".repeat(words));
          await refused.catch(() => {});
          expect(refused).rejects.toMatchObject({
            code: "context_length_exceeded",
            message: expect.stringMatching(new RegExp(`${limit}.*text has.*\\d+`)),
          });
        }
      },
      seconds,
    );

    test.each([[[-1]], [[2 ** 31 - 1]], [[2 ** 33]], [[2 ** 70]], [[-(2 ** 40)]]])(
      "refuses ids that the model does not have, and goes on: %p",
      async (bad) => {
        const { tokens } = await ask("Hello there");
        const refused = join([...tokens, ...bad]);
        await refused.catch(() => {});
        expect(refused).rejects.toMatchObject({ code: "invalid_request" });
        expect(await join(tokens)).toBe("Hello there");
      },
    );

    test("refuses more ids than the context has", async () => {
      const { tokens } = await ask("Hello");
      const many = Array.from({ length: host.ready.context_length + 1 }, () => tokens[0] ?? 0);
      const refused = join(many);
      await refused.catch(() => {});
      expect(refused).rejects.toMatchObject({ code: "context_length_exceeded" });
    });

    test("takes a signal that has already aborted for any operation", async () => {
      const run = host.run("detokenize", { tokens: [] }, AbortSignal.abort(new Error("too late")));
      expect(Array.fromAsync(run)).rejects.toThrow("too late");
    });

    test(
      "closes, reports it, and refuses what comes after",
      async () => {
        await host.close();
        expect(await host.exited).toBeNull();
        expect(collect(host, toRequest("Hi"))).rejects.toThrow();
      },
      seconds,
    );
  });
}
