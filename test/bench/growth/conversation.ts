import { type Message, runLoad } from "../load.ts";
import { median, round, toTtftMs } from "../statistics.ts";
import { type Ground, type Growth, prepareShape, startGrowthServer } from "./ground.ts";

const shape = "random-long";
const mostTurns = 300;
/** A slow machine ends it earlier, and shows how far it came. */
const mostSeconds = 150;
const userTokens = 24;
/** The last turns to the early ones: what is cached is still attended to, so a longer conversation is never free. */
const goal = 4;

/** Times to the first token of each turn of one long conversation, whose earlier turns the prefix cache holds. */
export async function measureConversation(ground: Ground): Promise<Growth> {
  await using server = await startGrowthServer(ground, { modelPath: await prepareShape(shape, ground) });
  const { prompts } = ground;
  await runLoad(server, [prompts.next()], 1);
  const started = performance.now();
  const messages: Message[] = [];
  const ttft: [number, number][] = [];
  let last = { promptTokens: 0, cachedTokens: 0 };
  for (let turn = 1; turn <= mostTurns && performance.now() - started < mostSeconds * 1000; turn++) {
    messages.push({ role: "user", content: prompts.nextPrefix(userTokens) });
    const answered = await runLoad(server, [messages], 1);
    ttft.push([turn, round(toTtftMs(answered))]);
    const [answer] = answered.answers;
    last = { promptTokens: answer?.promptTokens ?? 0, cachedTokens: answer?.cachedTokens ?? 0 };
    // Random weights write noise, so the text is ours.
    messages.push({ role: "assistant", content: "It goes on like that." });
  }
  const turns = ttft.length;
  const medianOf = (part: [number, number][]) => median(part.map(([, ms]) => ms));
  return {
    model: shape,
    curves: [
      {
        name: "conversation",
        title: `A conversation of ${turns} turns`,
        x: { name: "turn" },
        y: { name: "ms to the first token" },
        series: [{ name: "each turn brings some 50 new tokens", points: ttft }],
        note: `The last turn has ${last.promptTokens} tokens, ${last.cachedTokens} of them from the prefix cache.`,
      },
    ],
    figures: [
      {
        name: `TTFT of turns ${turns - 19}-${turns} / turns 11-30`,
        value: round(medianOf(ttft.slice(-20)) / medianOf(ttft.slice(10, 30)), 2),
        unit: "",
        goal: { atMost: goal },
      },
    ],
  };
}
