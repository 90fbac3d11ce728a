import { writeInto } from "../faults/garbage.ts";
import { askAnything } from "../faults/mix.ts";
import { ask, leaveAtRandom, openStreams } from "../faults/requests.ts";
import { rewriteUnderLoad } from "../faults/rewrites.ts";
import { hostPid, isRunning } from "../helpers/processes.ts";
import type { TestServer } from "../helpers/server.ts";

export const models = ["one", "two"] as const;
const clients = 500;

export interface Soak {
  server: TestServer;
  random: () => number;
  /** Takes the ends of requests. */
  count: (ends: readonly string[]) => void;
}

export interface Fault {
  /** The errors that it may give to requests, beside those that a client asks for itself. */
  allowed: RegExp;
  /** Resolves when all its requests have ended; throws when something else is wrong. */
  run: (soak: Soak) => Promise<void>;
}

/** Hits the engine of one model amid streams and a mix of everything. */
function onHost(allowed: RegExp, hit: (pid: number, model: string, soak: Soak) => unknown): Fault {
  return {
    allowed,
    async run(soak) {
      const { server, random, count } = soak;
      const model = models[random() < 0.5 ? 0 : 1];
      const streams = openStreams(server, 3, { model, max_tokens: 300 });
      const mix = Array.from({ length: 12 }, () => askAnything(server, models, random));
      await streams.begun;
      await hit(hostPid(server, model), model, soak);
      count([...(await streams.ends), ...(await Promise.all(mix))]);
    },
  };
}

async function slow(pid: number): Promise<void> {
  for (let turn = 0; turn < 10 && isRunning(pid); turn += 1) {
    process.kill(pid, "SIGSTOP");
    await Bun.sleep(300);
    process.kill(pid, "SIGCONT");
    await Bun.sleep(200);
  }
}

/**
 * No more memory than it has. An engine whose heap has grown before may answer all of the mix within that, and would fail later, amid
 * another fault: it is asked for more until it is gone.
 */
async function limitMemory(pid: number, model: string, { server, count }: Soak): Promise<void> {
  const limited = Bun.spawnSync(["prlimit", "--pid", String(pid), "--as=1000000"]);
  if (limited.exitCode !== 0) throw new Error(`prlimit failed: ${limited.stderr}`);
  for (let round = 0; isRunning(pid); round += 1) {
    if (round === 5) throw new Error("The engine outlives its limit of memory.");
    // 4 x 3,000 tokens, which no request before had: some 280 MB of KV cache.
    const content = `${round} `.repeat(1500);
    const asked = Array.from({ length: 4 }, () =>
      ask(server, { model, messages: [{ role: "user", content }] }),
    );
    count((await Promise.all(asked)).map(({ end }) => end));
  }
}

export const faults: Record<string, Fault> = {
  none: onHost(/^$/, () => {}),
  killed: onHost(/^engine_crashed$/, (pid) => process.kill(pid, "SIGKILL")),
  stopped: onHost(/^engine_stalled$/, (pid) => process.kill(pid, "SIGSTOP")),
  slowed: onHost(/^$/, slow),
  // Where it falls silent instead of failing, the stall ends it.
  memory: onHost(/^engine_(failed|crashed|stalled)$/, limitMemory),
  garbage: onHost(/^engine_failed$/, (pid) => writeInto(pid, 4, "garbage\n")),
  unloaded: {
    allowed: /^$/,
    async run({ server, random, count }) {
      const mix = Array.from({ length: 12 }, () => askAnything(server, models, random));
      for (const action of ["unload", "load", "unload"]) {
        const response = await fetch(`${server.url}/v1/models/one/${action}`, {
          method: "POST",
          keepalive: false,
        });
        await response.text();
        if (response.status !== 200) throw new Error(`The ${action} was answered ${response.status}.`);
      }
      count(await Promise.all(mix));
    },
  },
  crowd: {
    allowed: /^queue_full$/,
    async run({ server, count }) {
      const asked = Array.from({ length: clients }, (_, at) =>
        ask(server, { model: models[at % 2], max_tokens: 5, stream: at % 3 === 0 }),
      );
      count((await Promise.all(asked)).map(({ end }) => end));
    },
  },
  left: {
    allowed: /^$/,
    async run({ server, random, count }) {
      const options = { count: 250, atOnce: 25, withinMs: 1000, random };
      count((await leaveAtRandom(server, options, models)).map(({ end }) => end));
    },
  },
  rewritten: {
    allowed: /^$/,
    async run({ server, count }) {
      const { wrong, answers } = await rewriteUnderLoad(server, 250);
      count(Array.from({ length: answers }, () => "answered"));
      if (wrong.length > 0) throw new Error(wrong.join("; "));
    },
  },
};
