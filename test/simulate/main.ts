/**
 * `bun run simulate`: what of a proxy in front of 10, 100 and 1,000 boxes breaks first, on paper. Measures what LiteLLM's router takes
 * by the number of boxes; the rest comes from flags, whose defaults `bun run test:mesh` and `bun run bench` measured. See docs/mesh.md.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clientPython } from "../helpers/environment.ts";
import { type Need, toNeed } from "./needs.ts";
import { type Fleet, simulate } from "./queueing.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    slots: { type: "string", default: "8" },
    load: { type: "string", default: "0.7" },
    "proxy-ms": { type: "string", default: "9" },
    "log-bytes": { type: "string", default: "310" },
    requests: { type: "string", default: "60000" },
  },
});
const sizes = [10, 100, 1000];
const usual = { slots: Number(values.slots), seconds: Number(values.seconds), load: Number(values.load) };

const routers = measureRouter();
console.log("What one proxy process, a common Redis, a table of spend and the log have to take:\n");
print(
  ["boxes", "requests/s", "ms of CPU", "cores", "Redis calls/s", "spend rows/day", "log/day"],
  sizes.map((boxes) => toRow(need(boxes))),
);
console.log("\nHow long requests wait in a box for their turn, and how uneven the boxes are:\n");
const ways: [what: string, way: Pick<Fleet, "strategy" | "proxies">][] = [
  ["least busy, one proxy or Redis", { strategy: "least-busy", proxies: 1 }],
  ["least busy, 8 proxies without Redis", { strategy: "least-busy", proxies: 8 }],
  ["at random", { strategy: "shuffle", proxies: 1 }],
];
print(
  ["boxes", "routing", "wait p50", "wait p99", "busiest box above even"],
  sizes.flatMap((boxes) =>
    ways.map(([what, way]) => {
      const outcome = simulate({ ...usual, ...way, boxes }, Number(values.requests), createRandom(7));
      const { waitP50, waitP99, aboveEven } = outcome;
      return [
        `${boxes}`,
        what,
        `${waitP50.toFixed(1)} s`,
        `${waitP99.toFixed(1)} s`,
        `${Math.round(aboveEven * 100)} %`,
      ];
    }),
  ),
);

function need(boxes: number): Need {
  const router = routers.find((one) => one.boxes === boxes);
  const small = routers.find((one) => one.boxes === 3);
  if (router === undefined || small === undefined) throw new Error(`Nothing was measured for ${boxes} boxes`);
  const milliseconds = Number(values["proxy-ms"]) + Math.max(0, router.milliseconds - small.milliseconds);
  const measured = { milliseconds, cacheCalls: router.cache_calls, logBytes: Number(values["log-bytes"]) };
  return toNeed({ ...usual, ...measured, boxes });
}

function toRow({ boxes, perSecond, milliseconds, cores, cacheCalls, rowsPerDay, logPerDay }: Need): string[] {
  const numbers = [perSecond, milliseconds, cores].map((value) => value.toFixed(1));
  return [
    `${boxes}`,
    ...numbers,
    cacheCalls.toFixed(0),
    `${(rowsPerDay / 1e6).toFixed(1)} M`,
    `${(logPerDay / 1e9).toFixed(1)} GB`,
  ];
}

interface RouterCost {
  boxes: number;
  strategy: string;
  milliseconds: number;
  cache_calls: number;
}

function measureRouter(): RouterCost[] {
  const script = join(import.meta.dir, "router_cost.py");
  const words = ["100", "3", ...sizes.map(String)];
  const { stdout, stderr, exitCode } = Bun.spawnSync([clientPython(), script, ...words]);
  if (exitCode !== 0) throw new Error(`router_cost.py failed: ${stderr.toString()}`);
  const lines = stdout.toString().split("\n");
  const rows: RouterCost[] = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  return rows.filter(({ strategy }) => strategy === "least-busy");
}

/** The same numbers for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function print(header: string[], rows: string[][]): void {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  console.log([line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n"));
}
