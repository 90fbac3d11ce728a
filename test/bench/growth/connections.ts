import { runLoad } from "../measuring/load.ts";
import { median, round } from "../measuring/statistics.ts";
import { type Ground, type Growth, type GrowthServer, startGrowthServer } from "../programs/ground.ts";
import { readMemory } from "../programs/processes.ts";

const counts = [0, 500, 1000, 1500, 2000];
const turns = 4;
const requests = 15;
const goal = 1.15;

/**
 * What a request costs, and what the daemon holds, while connections stay open that ask nothing any more. Their numbers
 * take turns, because the machine's speed drifts.
 */
export async function measureConnections(ground: Ground): Promise<Growth> {
  await using server = await startGrowthServer(ground, ground.options);
  const prompt = ground.prompts.next();
  for (let index = 0; index < requests; index++) await runLoad(server, [prompt], 1);
  const seen = new Map(counts.map((count) => [count, { medians: [] as number[], resident: 0 }]));
  for (let turn = 0; turn < turns; turn++) {
    const open: { end(): void }[] = [];
    for (const [count, found] of seen) {
      while (open.length < count)
        open.push(...(await Promise.all(Array.from({ length: 100 }, () => rest(server)))));
      const taken: number[] = [];
      for (let index = 0; index < requests; index++)
        taken.push((await runLoad(server, [prompt], 1)).seconds * 1000);
      found.medians.push(median(taken));
      found.resident = readMemory(server.pid).residentMb;
    }
    for (const socket of open) socket.end();
  }
  const times = [...seen].map(([count, { medians }]): [number, number] => [count, round(median(medians))]);
  const memory = [...seen].map(([count, { resident }]): [number, number] => [count, round(resident)]);
  const [alone = [], most = []] = [counts.at(0), counts.at(-1)].map((count) => seen.get(count ?? 0)?.medians);
  const ratios = most.map((ms, turn) => ms / (alone[turn] ?? Number.NaN));
  const x = { name: "idle connections" };
  return {
    curves: [
      {
        name: "connections",
        title: "A chat of one token beside idle connections",
        x,
        y: { name: "ms" },
        series: [{ name: "its prompt cached", points: times }],
      },
      {
        name: "connections-memory",
        title: "The daemon's memory with idle connections",
        x,
        y: { name: "MB resident" },
        series: [{ name: "daemon", points: memory }],
      },
    ],
    figures: [
      {
        name: "a request beside 2,000 idle connections / alone",
        value: round(median(ratios), 3),
        unit: "",
        goal: { atMost: goal },
      },
    ],
  };
}

/** A connection that has had one answer and asks nothing more. */
function rest({ host, port }: GrowthServer): Promise<{ end(): void }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ end(): void }>();
  void Bun.connect({
    hostname: host,
    port,
    socket: {
      open: (socket) => void socket.write(`GET /health HTTP/1.1\r\nhost: ${host}:${port}\r\n\r\n`),
      data: (socket) => resolve(socket),
      close: () => reject(new Error("The server closed a new connection.")),
      error: (_socket, error) => reject(error),
    },
  }).catch(reject);
  return promise;
}
