import { expect, test } from "bun:test";
import { withDeadline } from "../../src/serving/deadline.ts";
import { settled } from "../helpers/settled.ts";
import { standStill } from "../helpers/stand-still.ts";

const client = new AbortController().signal;

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

test("a request that takes too long is ended, with the setting that allows more", async () => {
  await expect(withDeadline(client, 0.01, untilAborted)).rejects.toMatchObject({
    code: "generation_timeout",
    message: expect.stringContaining("OV_REQUEST_SECONDS"),
  });
});

test("a request has the time that the server stands still on top of its own", async () => {
  const done = Promise.withResolvers<string>();
  const answer = withDeadline(client, 0.2, (signal) => Promise.race([done.promise, untilAborted(signal)]));
  await standStill(800);
  await settled();
  done.resolve("done");
  expect(await answer).toBe("done");
});
