import { describe, expect, test } from "bun:test";
import { signal } from "@preact/signals";
import { Value } from "@sinclair/typebox/value";
import { createWatch, type WatchDeps } from "../../../../src/page/client/state/watch.ts";
import { settled } from "../../../helpers/settled.ts";

const minute = (at: number) => ({ at, new_tokens: 60, time_to_first_token: 0.5, most_running: 1 });

describe("the watch, of the time before the page was opened", () => {
  test("puts what the server remembers before the samples that were taken until it answered", async () => {
    const { watch, connection, answers, stop } = open();
    connection.value = "live";
    await watch.sample(200);
    answers[0]?.resolve({ data: [minute(60), minute(120)] });
    await settled();
    await watch.sample(205);
    expect(watch.history.read("at")).toEqual([60, 120, 200, 205]);
    expect(watch.sampled.value).toBe(3);
    stop();
  });

  test("leaves out the minutes of its own samples", async () => {
    const { watch, connection, answers, stop } = open();
    connection.value = "live";
    await watch.sample(200);
    answers[0]?.resolve({ data: [minute(120), minute(180), minute(240)] });
    await settled();
    expect(watch.history.read("at")).toEqual([120, 200]);
    stop();
  });

  test("asks again with each connection until it was answered, and then no more", async () => {
    const { watch, connection, answers, stop } = open();
    const connect = async () => {
      connection.value = "lost";
      connection.value = "live";
      await settled();
    };
    await connect();
    await connect();
    expect(answers).toHaveLength(1);
    answers[0]?.reject(new Error("The connection broke"));
    await settled();
    await watch.sample(200);
    await connect();
    answers[1]?.resolve({ data: [minute(120)] });
    await settled();
    await connect();
    expect([answers.length, watch.history.read("at")]).toEqual([2, [120, 200]]);
    stop();
  });
});

/** A watch over a server that answers when the test says so. */
function open() {
  const connection = signal<"connecting" | "live" | "lost">("connecting");
  const answers: PromiseWithResolvers<unknown>[] = [];
  const nothing = async () => {};
  const api: WatchDeps["api"] = {
    async get(path, schema) {
      expect(path).toBe("/v1/history");
      const answer = Promise.withResolvers<unknown>();
      answers.push(answer);
      return Value.Decode(schema, await answer.promise);
    },
    getText: async () => "",
  };
  const forever = new Promise<void>(() => {});
  const server = { connection, models: signal([]), requests: signal([]), follow: () => forever, lose() {} };
  const meter = { take: () => ({ tokens: 0, timeToFirstToken: Number.NaN }) };
  const watch = createWatch({
    api,
    server: { ...server, refreshRequests: nothing },
    meter,
    key: { wanted: signal("no") },
    isHidden: () => true,
  });
  const stopped = new AbortController();
  watch.run(stopped.signal);
  return { watch, connection, answers, stop: () => stopped.abort() };
}
