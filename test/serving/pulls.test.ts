import { describe, expect, test } from "bun:test";
import { OvError } from "../../src/errors.ts";
import type { ServerEvent } from "../../src/serving/events.ts";
import type { Pull, PulledModel, PullStep } from "../../src/serving/pull.ts";
import { createPulls } from "../../src/serving/pulls.ts";
import { thrownBy } from "../helpers/failure.ts";
import { settled } from "../helpers/settled.ts";

interface Run {
  repo: string;
  onStep: (step: PullStep) => void;
  signal: AbortSignal;
  end: (model: PulledModel) => void;
  fail: (error: unknown) => void;
}

const made: PulledModel = { state: "converted", name: "m", path: "/m" };

/** Pulls whose work the test does itself. */
function createScene(refusal: OvError | null = null) {
  const runs: Run[] = [];
  const events: ServerEvent[] = [];
  let time = 0;
  let id = 0;
  const pulls = createPulls({
    resolve: (asked) => ({ repo: asked.toLowerCase(), quant: null }),
    run({ repo }, onStep, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<PulledModel>();
      signal.addEventListener("abort", () => reject(new Error("its process has ended")), { once: true });
      runs.push({ repo, onStep, signal, end: resolve, fail: reject });
      return promise;
    },
    findRefusal: () => refusal,
    publish: (event) => void events.push(event),
    newId: () => `pull-${id++}`,
    now: () => {
      time += 100;
      return new Date(time);
    },
  });
  const run = (index: number): Run => {
    const found = runs[index];
    if (found === undefined) throw new Error(`No run ${index}`);
    return found;
  };
  const types = () => events.map(({ topic, type }) => `${topic}.${type}`);
  const states = () => pulls.list().map(({ state }) => state);
  return { pulls, runs, run, events, types, states };
}

/** All that is followed, in the background. */
function follow(pulls: ReturnType<typeof createScene>["pulls"], asked: string) {
  const leaving = new AbortController();
  const seen: Pull[] = [];
  const over = (async () => {
    for await (const pull of pulls.follow(asked, leaving.signal)) seen.push(pull);
  })();
  return { seen, over, leave: () => leaving.abort(new OvError("client_closed_request", "It left.")) };
}

const converting = (percent: number): PullStep => ({ type: "converting", stage: "tracing", percent });

describe("pulls", () => {
  test("run one at a time, in the order in which they were asked for", async () => {
    const { pulls, runs, run, states } = createScene();
    for (const name of ["a", "b", "c"]) pulls.start(name);
    await settled();
    expect([runs.length, states()]).toEqual([1, ["running", "queued", "queued"]]);
    run(0).end(made);
    await settled();
    run(1).fail(new OvError("download_failed", "No network."));
    await settled();
    expect(runs.map(({ repo }) => repo)).toEqual(["a", "b", "c"]);
    expect(states()).toEqual(["done", "failed", "running"]);
    expect(pulls.find("pull-0").result).toEqual(made);
    expect(pulls.find("pull-1").error?.code).toBe("download_failed");
  });

  test("show the last of each step, however slowly somebody reads", async () => {
    const { pulls, run } = createScene();
    const fetching = (path: string, done: number): PullStep => ({
      type: "fetching",
      done,
      bytes: 20,
      file: { path, digest: null, done, bytes: 10 },
    });
    const follower = follow(pulls, "a");
    await settled();
    const steps = [
      fetching("one", 5),
      fetching("one", 10),
      fetching("two", 20),
      converting(1),
      converting(9),
    ];
    for (const step of steps) run(0).onStep(step);
    run(0).end(made);
    await follower.over;
    const seen = follower.seen.flatMap(({ step }, index, all) => (step === all[index - 1]?.step ? [] : step));
    expect(seen).toEqual([null, fetching("one", 10), fetching("two", 20), converting(9)]);
    expect(follower.seen.at(-1)?.state).toBe("done");
  });

  test("of one model are one, whatever it was called", async () => {
    const { pulls, runs } = createScene();
    expect(pulls.start("a").id).toBe(pulls.start("A").id);
    await settled();
    expect(runs).toHaveLength(1);
  });

  test("show a follower each step, and end with its end", async () => {
    const { pulls, run } = createScene();
    const { seen, over } = follow(pulls, "a");
    await settled();
    for (const percent of [10, 20]) {
      run(0).onStep(converting(percent));
      await settled();
    }
    run(0).end(made);
    await over;
    pulls.start("b");
    const waiting = follow(pulls, "c");
    await settled();
    expect(waiting.seen.map(({ state }) => state)).toEqual(["queued"]);
    expect(seen.map(({ state, step }) => [state, step])).toEqual([
      ["running", null],
      ["running", converting(10)],
      ["running", converting(20)],
      ["done", converting(20)],
    ]);
  });

  test("end with their last follower, not before, and never when they were started to stay", async () => {
    const { pulls, run, states } = createScene();
    const [one, other] = [follow(pulls, "a"), follow(pulls, "a")];
    await settled();
    one.leave();
    await expect(one.over).rejects.toThrow("It left.");
    expect(states()).toEqual(["running"]);
    other.leave();
    await expect(other.over).rejects.toThrow("It left.");
    expect(run(0).signal.aborted).toBe(true);
    await settled();
    expect(states()).toEqual(["cancelled"]);
    pulls.start("b");
    const third = follow(pulls, "b");
    await settled();
    third.leave();
    await expect(third.over).rejects.toThrow("It left.");
    expect(states()).toEqual(["cancelled", "running"]);
  });

  test("are cancelled while they wait and while they run; what is over stays", async () => {
    const { pulls, run, types } = createScene();
    const [one, other] = [pulls.start("a"), pulls.start("b")];
    await settled();
    expect(pulls.cancel(other.id).state).toBe("cancelled");
    pulls.cancel(one.id);
    await settled();
    expect(pulls.find(one.id)).toMatchObject({ state: "cancelled", error: { code: "request_cancelled" } });
    expect(run(0).signal.aborted).toBe(true);
    expect(pulls.cancel(one.id).state).toBe("cancelled");
    expect(types().filter((type) => type === "conversion.failed")).toHaveLength(2);
    expect(thrownBy(() => pulls.cancel("x")).code).toBe("request_not_found");
    expect(pulls.start("a").id).not.toBe(one.id);
  });

  test("publish what happens, and progress about once a second", async () => {
    const { pulls, run, events } = createScene();
    pulls.start("a");
    await settled();
    for (let percent = 0; percent < 30; percent += 1) run(0).onStep(converting(percent));
    run(0).onStep({ type: "checking" });
    run(0).end(made);
    await settled();
    const common = { topic: "conversion", id: "pull-0", model: "a" } as const;
    expect(events.slice(0, 3)).toEqual([
      { ...common, type: "queued" },
      { ...common, type: "started" },
      { ...common, type: "progress", step: "tracing", percent: 0 },
    ]);
    const steps = events.filter(({ type }) => type === "progress");
    expect(steps.length).toBeLessThan(7);
    expect(events.slice(-2)).toEqual([
      { ...common, type: "progress", step: "checking", percent: null },
      {
        ...common,
        type: "finished",
        result: "converted",
        name: "m",
        path: "/m",
        seconds: expect.any(Number),
      },
    ]);
  });

  test("are refused where they are forbidden, and after the end", async () => {
    const refused = createScene(new OvError("forbidden", "Not here."));
    expect(thrownBy(() => refused.pulls.start("a")).code).toBe("forbidden");
    const { pulls, states } = createScene();
    for (const name of ["a", "b"]) pulls.start(name);
    await settled();
    await pulls.close();
    expect(states()).toEqual(["cancelled", "cancelled"]);
    expect(thrownBy(() => pulls.start("c")).code).toBe("shutting_down");
  });

  test("that were cancelled while they waited are forgotten, however long the running one takes", async () => {
    const { pulls, states } = createScene();
    pulls.start("running");
    await settled();
    for (let count = 0; count < 60; count++) pulls.cancel(pulls.start(`waiting-${count}`).id);
    expect(states()).toHaveLength(51);
    expect(states()[0]).toBe("running");
    for (let count = 0; count < 60; count++) pulls.start(`left-${count}`);
    await pulls.close();
    expect(new Set(states())).toEqual(new Set(["cancelled"]));
  });

  test("that ended long ago are forgotten", async () => {
    const { pulls, run } = createScene();
    for (let number = 0; number < 60; number += 1) {
      pulls.start(`m${number}`);
      await settled();
      run(number).end(made);
      await settled();
    }
    expect(pulls.list()).toHaveLength(50);
    expect(pulls.list().at(-1)?.model).toBe("m59");
  });
});
