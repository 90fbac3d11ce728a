import { join } from "node:path";
import { installOtherTransformers, toFolder } from "../../src/convert/environment/other-transformers.ts";
import type { OtherTransformers } from "../../src/convert/environment/transformers-versions.ts";
import { convertEnv, hfModelPath } from "../helpers/environment.ts";

/**
 * Runs a script of this folder that makes a model with another transformers than the converter's own, which is installed as
 * the converter would. `out`: the model's folder, and what else it writes.
 */
export async function makeWithOther(
  script: string,
  transformers: OtherTransformers,
  ...out: string[]
): Promise<void> {
  await installOtherTransformers(convertEnv(), transformers, {
    signal: new AbortController().signal,
    variables: process.env,
    onProgress: () => {},
  });
  const python = join(convertEnv(), "bin/python");
  const places = [toFolder(convertEnv(), transformers), hfModelPath(), ...out];
  const child = Bun.spawn([python, join(import.meta.dir, script), ...places], { stderr: "pipe" });
  const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(said);
}
