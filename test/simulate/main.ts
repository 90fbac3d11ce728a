/**
 * `bun run simulate`: what of a proxy in front of 10, 100 and 1,000 boxes breaks first, on paper. Measures what LiteLLM's router takes
 * by the number of boxes; the rest comes from flags, whose defaults `bun run test:mesh` and `bun run bench` measured. See docs/mesh.md.
 */
import { join } from "node:path";
import { clientPython } from "../helpers/environment.ts";
import { createRandom } from "../helpers/random.ts";
import { type Need, toNeed } from "./needs.ts";
import { help, parseOptions, type SimulateOptions } from "./options.ts";
import { type Fleet, simulate } from "./queueing.ts";

const sizes = [10, 100, 1000];
const ways: [what: string, way: Pick<Fleet, "strategy" | "proxies">][] = [
  ["least busy, one proxy or Redis", { strategy: "least-busy", proxies: 1 }],
  ["least busy, 8 proxies without Redis", { strategy: "least-busy", proxies: 8 }],
  ["at random", { strategy: "shuffle", proxies: 1 }],
];

const options = parseOptions(process.argv.slice(2));
if (options === null) console.log(help);
else run(options);

function run(options: SimulateOptions): void {
  const { slots, seconds, load, requests } = options;
  const routers = measureRouter();
  console.log("What one proxy process, a common Redis, a table of spend and the log have to take:\n");
  print(
    ["boxes", "requests/s", "ms of CPU", "cores", "Redis calls/s", "spend rows/day", "log/day"],
    sizes.map((boxes) => toRow(toNeedOf(boxes, routers, options))),
  );
  console.log("\nHow long requests wait in a box for their turn, and how uneven the boxes are:\n");
  print(
    ["boxes", "routing", "wait p50", "wait p99", "busiest box above even"],
    sizes.flatMap((boxes) =>
      ways.map(([what, way]) => {
        const outcome = simulate({ slots, seconds, load, ...way, boxes }, requests, createRandom(7));
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
}

function toNeedOf(boxes: number, routers: readonly RouterCost[], options: SimulateOptions): Need {
  const router = routers.find((one) => one.boxes === boxes);
  const small = routers.find((one) => one.boxes === 3);
  if (router === undefined || small === undefined) throw new Error(`Nothing was measured for ${boxes} boxes`);
  const { slots, seconds, load, proxyMs, logBytes } = options;
  const milliseconds = proxyMs + Math.max(0, router.milliseconds - small.milliseconds);
  return toNeed({ slots, seconds, load, milliseconds, cacheCalls: router.cache_calls, logBytes, boxes });
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

function print(header: string[], rows: string[][]): void {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  console.log([line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n"));
}
