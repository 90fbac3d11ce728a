import { parseArgs } from "node:util";

export interface SoakOptions {
  minutes: number;
  /** Decides the order of the faults and every random moment. */
  seed: number;
}

export const help = `bun run soak [options]: one server under faults in random order, for this long

  --minutes N   no new fault after that (20)
  --seed N      of an earlier run, to repeat its order (random)
`;

/** The command line as options; null: help was asked for. Throws what a user should read. */
export function parseOptions(argv: string[]): SoakOptions | null {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: "boolean", short: "h" },
      minutes: { type: "string", default: "20" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
    },
  });
  if (values.help) return null;
  return { minutes: toNumber("minutes", values.minutes), seed: toNumber("seed", values.seed) };
}

function toNumber(flag: string, value: string): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new Error(`--${flag} wants a number above 0, not ${JSON.stringify(value)}.`);
}
