import { runLoad } from "../load.ts";
import { readMemory } from "../processes.ts";
import { median, round } from "../statistics.ts";
import { type Ground, type Growth, type GrowthServer, startGrowthServer } from "./ground.ts";

const counts = [0, 500, 1000, 1500, 2000];
const requests = 30;
const goal = 1.15;

/** What a request costs, and what the daemon holds, while connections stay open that ask nothing any more. */
export async function measureConnections(ground: Ground): Promise<Growth> {
  await using server = await startGrowthServer(ground, ground.options);
  const prompt = ground.prompts.next();
  const ask = async () => {
    const taken: number[] = [];
    for (let index = 0; index < requests; index++)
      taken.push((await runLoad(server, [prompt], 1)).seconds * 1000);
    return taken;
  };
  await ask();
  const open: { end(): void }[] = [];
  const times: [number, number][] = [];
  const memory: [number, number][] = [];
  for (const count of counts) {
    while (open.length < count)
      open.push(...(await Promise.all(Array.from({ length: 100 }, () => rest(server)))));
    times.push([count, round(median(await ask()))]);
    memory.push([count, round(readMemory(server.pid).residentMb)]);
  }
  for (const socket of open) socket.end();
  // The machine's speed drifts: what a request costs alone is measured before and after.
  const alone = ((times[0]?.[1] ?? Number.NaN) + median(await ask())) / 2;
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
        value: round((times.at(-1)?.[1] ?? Number.NaN) / alone, 3),
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
