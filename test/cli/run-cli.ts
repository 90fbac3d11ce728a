import { join } from "node:path";

export const main = join(import.meta.dir, "../../cli/main.ts");

export interface CliResult {
  code: number;
  out: string;
  err: string;
}

/** A real `ov-llm …` with a home and an environment of its own, to its end. */
export async function runCli(
  args: string[],
  { home, env = {} }: { home: string; env?: Record<string, string> },
): Promise<CliResult> {
  const child = Bun.spawn([process.execPath, main, ...args], {
    cwd: home,
    env: { HOME: home, PATH: process.env.PATH, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}

/** `--host` and `--port` of a server that a test started. */
export function toTarget(server: { port: number | undefined }): string[] {
  return ["--host", "127.0.0.1", "--port", String(server.port)];
}

/** A port on which nothing listens: one that was just given back. */
export async function findFreePort(): Promise<number> {
  const server = Bun.serve({ port: 0, fetch: () => new Response() });
  const port = server.port ?? 0;
  await server.stop(true);
  return port;
}
