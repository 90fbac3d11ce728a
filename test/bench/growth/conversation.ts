import { type Message, runLoad } from "../measuring/load.ts";
import { median, round, toTtftMs } from "../measuring/statistics.ts";
import { type Ground, type Growth, prepareShape, startGrowthServer } from "../programs/ground.ts";
import { startRawEngine } from "../programs/raw-engine.ts";

const shape = "random-long";
const mostTurns = 300;
/** A slow machine ends it earlier, and shows how far it came. */
const mostSeconds = 150;
const userTokens = 24;
/** Early turns and the last ones are compared. */
const compared = 20;
/** The server's last turns to the raw engine's: what is cached is still attended to, so that a longer conversation is never free. */
const goal = 1.2;

/**
 * Times to the first token of each turn of one long conversation, whose earlier turns the prefix cache holds, and of its
 * last turns with the raw engine.
 */
export async function measureConversation(ground: Ground): Promise<Growth> {
  const modelPath = await prepareShape(shape, ground);
  const { messages, ttft, last } = await converse(ground, modelPath);
  const turns = ttft.length;
  const raw = await askRaw({ ...ground.options, modelPath }, messages);
  const medianOf = (part: [number, number][]) => median(part.map(([, ms]) => ms));
  const late = medianOf(ttft.slice(-compared));
  const lateTurns = `turns ${turns - compared + 1}-${turns}`;
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
        name: `TTFT of ${lateTurns}, server / raw (${round(late)} / ${round(raw)} ms)`,
        value: round(late / raw, 2),
        unit: "",
        goal: { atMost: goal },
      },
      {
        name: `TTFT of ${lateTurns} / turns 11-30, server`,
        value: round(late / medianOf(ttft.slice(10, 30)), 2),
        unit: "",
      },
    ],
  };
}

interface Conversation {
  /** The last question is the last of them. */
  messages: Message[];
  /** Turn and milliseconds. */
  ttft: [number, number][];
  last: { promptTokens: number; cachedTokens: number };
}

async function converse(ground: Ground, modelPath: string): Promise<Conversation> {
  await using server = await startGrowthServer(ground, { modelPath });
  const { prompts } = ground;
  await runLoad(server, [prompts.next()], 1);
  const started = performance.now();
  const messages: Message[] = [];
  const ttft: [number, number][] = [];
  let last = { promptTokens: 0, cachedTokens: 0 };
  for (let turn = 1; turn <= mostTurns && performance.now() - started < mostSeconds * 1000; turn++) {
    // Random weights write noise, so the answers are ours.
    if (turn > 1) messages.push({ role: "assistant", content: "It goes on like that." });
    messages.push({ role: "user", content: prompts.nextPrefix(userTokens) });
    const answered = await runLoad(server, [messages], 1);
    ttft.push([turn, round(toTtftMs(answered))]);
    const [answer] = answered.answers;
    last = { promptTokens: answer?.promptTokens ?? 0, cachedTokens: answer?.cachedTokens ?? 0 };
  }
  return { messages, ttft, last };
}

/** The median time to the first token of the last turns, in milliseconds; the turn before them fills the prefix cache. */
async function askRaw(
  options: Parameters<typeof startRawEngine>[0],
  messages: readonly Message[],
): Promise<number> {
  await using raw = await startRawEngine(options);
  const times: number[] = [];
  for (let left = compared; left >= 0; left--) {
    const turn = messages.slice(0, messages.length - 2 * left);
    times.push(toTtftMs(await raw.run([turn], 1)));
  }
  return median(times.slice(1));
}
