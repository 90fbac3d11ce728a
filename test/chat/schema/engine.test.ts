import { expect, test } from "bun:test";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { checkSchema } from "../../../src/chat/schema/check.ts";
import { modelPath, runtimeDir } from "../../helpers/environment.ts";
import { accepted } from "./schema-cases.ts";

const SAMPLES = 2;

interface Answer {
  name: string;
  text: string;
  finished: boolean;
  seconds: number;
}

async function sample(cases: { name: string; grammar: string }[]): Promise<Answer[]> {
  const child = Bun.spawn(
    [
      join(runtimeDir(), "bin", "python"),
      join(import.meta.dir, "sample.py"),
      modelPath(),
      "120",
      String(SAMPLES),
    ],
    { stdio: [Buffer.from(JSON.stringify(cases)), "pipe", "pipe"] },
  );
  const [answers, report, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, ""]);
  return answers
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
