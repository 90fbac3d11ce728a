import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type AgentServer, startAgentServer } from "../helpers/agent-server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { command, type Program, programDir, programs } from "./programs.ts";
import { runProgram } from "./run-program.ts";

setDefaultTimeout(180_000);
const isThere = ({ name }: Program) => existsSync(join(programDir(name), "complete"));
const said = "box.";
const serverHome = createTempDir();
let server: AgentServer;

beforeAll(async () => {
  if (programs.some(isThere)) server = await startAgentServer(serverHome);
});
afterAll(async () => {
  await server?.stop();
});

for (const program of programs) {
  const { name, source, call, list } = program;
  const reason = isThere(program) ? "" : " (not installed: `bun run test:clients` does it)";
  describe.skipIf(!isThere(program))(`${name}${reason}`, () => {
    const bin = join(programDir(name), source === "npm" ? "node_modules/.bin" : "bin");
    const home = createTempDir();
    const work = join(home, "work");
    mkdirSync(work);

    const run = (model: string, argv: string[], until?: Promise<unknown>) =>
      runProgram(argv, {
        cwd: work,
        env: { ...toVariables(bin, home), ...program.setUp(home, server.url, model) },
        ...(until && { until }),
      });
    const ask = (model: string) => run(model, program.ask(bin, model, home));

    test.skipIf(!list)("lists the models", async () => {
      expect(await run("say", list?.(bin) ?? [])).toContain("endless");
    });

    test("shows an answer that it was streamed", async () => {
      // Those of the program before, whose prompts were of another length.
      server.forget();
      expect(await ask("say")).toContain(said);
      expect(server.answers("say")[0]).toContain("stream=true");
    });

    test.skipIf(!call)("runs the tool that the model calls, and reads its result", async () => {
      const longest = Math.max(
        ...server.answers("say").map((line) => Number(/prompt=(\d+)/.exec(line)?.[1])),
      );
      await server.callAt(longest, call ?? { name: "", arguments: {} });
      server.forget();
      await ask("call");
      expect(command).toContain("proof.txt");
      expect(existsSync(join(work, "proof.txt"))).toBe(true);
      const finished = server.answers("call");
      expect(finished.some((line) => line.includes("finish=tool_calls"))).toBe(true);
      expect(finished.at(-1)).toContain("finish=stop");
    });

    test("ends its answer in the engine when it is stopped", async () => {
      const started = server.next("request.started", "endless");
      const finished = server.next("request.finished", "endless");
      await run("endless", program.ask(bin, "endless", home), started);
      expect(await finished).toContain('"code":"client_closed_request"');
    });
  });
}

function toVariables(bin: string, home: string): Record<string, string> {
  return {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    // A proxy of the machine must not come between the program and the server.
    NO_PROXY: "*",
    no_proxy: "*",
    CI: "1",
    TERM: "dumb",
  };
}
