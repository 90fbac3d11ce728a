import { existsSync } from "node:fs";
import { join } from "node:path";
import { convertEnv } from "../../helpers/environment.ts";
import type { Conversation } from "./conversations.ts";
import { noon } from "./templates.ts";

export type Rendered = { text: string } | { error: string };

/** The converter's Python, which has transformers and jinja2; null: it is not there. */
export function findReference(): string | null {
  try {
    const python = join(convertEnv(), "bin", "python");
    return existsSync(python) ? python : null;
  } catch {
    return null;
  }
}

/** What transformers makes of each pair, by render_reference.py. */
export function renderReference(
  python: string,
  pairs: { source: string; conversation: Conversation }[],
): Promise<Rendered[]> {
  const tokens = { bosToken: "<s>", eosToken: "</s>" };
  const job = { now: noon, pairs: pairs.map((pair) => ({ ...pair, ...tokens })) };
  return runReference(python, "render_reference.py", job);
}

/** What a program of this folder or one below makes of a job. */
export async function runReference(python: string, program: string, job: unknown): Promise<Rendered[]> {
  const child = Bun.spawn([python, join(import.meta.dir, program)], {
    stdin: new Blob([JSON.stringify(job)]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(`${program} failed: ${errors}`);
  return JSON.parse(output);
}
