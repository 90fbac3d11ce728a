import { parseArgs } from "node:util";

export interface SimulateOptions {
  seconds: number;
  slots: number;
  load: number;
  proxyMs: number;
  logBytes: number;
  requests: number;
}

export const help = `bun run simulate [options]: what breaks first in front of 10, 100 and 1,000 boxes, on paper

  --seconds N     an answer takes (8)
  --slots N       answers that a box gives at once (8)
  --load N        share of them in use, below 1 (0.7)
  --proxy-ms N    of CPU that one request costs a proxy in front of 3 boxes (9)
  --log-bytes N   of log that a box writes for one request (310)
  --requests N    as many requests wait for their turns on paper (60000)
`;

/** The command line as options; null: help was asked for. Throws what a user should read. */
export function parseOptions(argv: string[]): SimulateOptions | null {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: "boolean", short: "h" },
      seconds: { type: "string", default: "8" },
      slots: { type: "string", default: "8" },
      load: { type: "string", default: "0.7" },
      "proxy-ms": { type: "string", default: "9" },
      "log-bytes": { type: "string", default: "310" },
      requests: { type: "string", default: "60000" },
    },
  });
  if (values.help) return null;
  return {
    seconds: toNumber("seconds", values.seconds),
    slots: toNumber("slots", values.slots),
    load: toNumber("load", values.load, 1),
    proxyMs: toNumber("proxy-ms", values["proxy-ms"]),
    logBytes: toNumber("log-bytes", values["log-bytes"]),
    requests: toNumber("requests", values.requests),
  };
}

function toNumber(flag: string, value: string, below = Number.POSITIVE_INFINITY): number {
  const number = Number(value);
  if (number > 0 && number < below) return number;
  const bound = below === 1 ? "between 0 and 1" : "above 0";
  throw new Error(`--${flag} is ${JSON.stringify(value)}, expected a number ${bound}. See --help.`);
}
