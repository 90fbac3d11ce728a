import { join } from "node:path";
import { clientPython } from "../helpers/environment.ts";

/** Runs a program of this folder to its end; the lines of JSON that it printed, by the names of their checks. */
export async function runPython(name: string, home: string, ...args: string[]): Promise<Map<string, string>> {
  const child = Bun.spawn([clientPython(), join(import.meta.dir, name), ...args], {
    // A proxy of the machine must not come between the client and the server.
    env: { PATH: process.env.PATH, HOME: home, NO_PROXY: "*", PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${out}\n${err}`);
  const lines = out.trim().split("\n");
  return new Map(lines.map((line) => [JSON.parse(line).check, line]));
}

/** What each check of such a program printed, by its name. */
export async function runChecks(...run: Parameters<typeof runPython>): Promise<Map<string, unknown>> {
  const lines = await runPython(...run);
  return new Map([...lines].map(([check, line]) => [check, JSON.parse(line)]));
}
