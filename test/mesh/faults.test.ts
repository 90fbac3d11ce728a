import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toLiteLlmConfig } from "../../src/mesh/litellm.ts";
import { toOffers } from "../../src/mesh/models.ts";
import { readLines } from "../../src/protocol/lines.ts";
import { clientPython } from "../helpers/environment.ts";
import { createTempDir } from "../helpers/temp.ts";
import { model } from "./samples.ts";
import { type StubBox, startStub } from "./stub.ts";

// LiteLLM takes seconds to start.
setDefaultTimeout(180_000);

const home = createTempDir();
const stubs = [startStub("box1"), startStub("box2"), startStub("box3")] as const;
const [first, second, third] = stubs;
afterAll(() => {
  for (const stub of stubs) stub.stop();
});

interface Counts {
  /** Answers by box. */
  boxes: Record<string, number>;
  lost: string[];
  over: number;
}

/** Done once so many more requests are over, or once the box has answered so many more. */
interface Step {
  after: number;
  of?: StubBox;
  act(): void;
}

/** Sends requests, 16 at once, while the steps are taken one after the other. */
async function load(steps: Step[]): Promise<Counts> {
  const path = join(home, "litellm.yaml");
  const { offers } = toOffers(stubs.map(({ box }) => ({ box, models: [model("smol")] })));
  writeFileSync(path, JSON.stringify(toLiteLlmConfig({ offers, fallbacks: [], keysInFile: false })));
  const argv = [clientPython(), join(import.meta.dir, "router_load.py"), path, "16"];
  const env = { PATH: process.env.PATH, HOME: home, NO_PROXY: "*", PYTHONDONTWRITEBYTECODE: "1" };
  const child = Bun.spawn(argv, { env, stdio: ["pipe", "pipe", "inherit"] });
  const counts: Counts = { boxes: {}, lost: [], over: 0 };
  const read = ({ of }: Step) => (of === undefined ? counts.over : (counts.boxes[of.box.name] ?? 0));
  let left = [...steps];
  let since = 0;
  for await (const lines of readLines(child.stdout)) {
    for (const line of lines.filter((text) => text.startsWith("{"))) {
      count(counts, JSON.parse(line));
      const [next, ...later] = left;
      if (next === undefined || read(next) < since + next.after) continue;
      next.act();
      left = later;
      if (later[0] === undefined) void child.stdin.end();
      else since = read(later[0]);
    }
  }
  expect(await child.exited).toBe(0);
  return counts;
}

function count(counts: Counts, { box, lost }: { box?: string; lost?: string }): void {
  if (box === undefined) counts.lost.push(lost ?? "");
  else counts.boxes[box] = (counts.boxes[box] ?? 0) + 1;
  counts.over += 1;
}

test("LiteLLM loses no request while boxes are killed, busy and stopping, and asks each again", async () => {
  const { boxes, lost } = await load([
    { after: 30, act: () => first.kill() },
    { after: 60, act: () => first.start() },
    {
      after: 10,
      of: first,
      act: () => {
        second.mode = "busy";
      },
    },
    {
      after: 60,
      act: () => {
        second.mode = "serving";
      },
    },
    {
      after: 10,
      of: second,
      act: () => {
        third.mode = "stopping";
      },
    },
    { after: 20, act: () => third.kill() },
    {
      after: 40,
      act: () => {
        third.mode = "serving";
        third.start();
      },
    },
    { after: 10, of: third, act: () => {} },
  ]);
  expect(lost).toEqual([]);
  expect(Object.keys(boxes).sort()).toEqual(["box1", "box2", "box3"]);
});
