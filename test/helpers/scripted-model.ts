import { closeSync, cpSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { scriptedModelPath } from "./environment.ts";

/** A text that the model is to write behind a prompt of so many tokens. */
export interface Script {
  promptTokens: number;
  /** The text's tokens; behind them comes the end of the text. */
  tokens: readonly number[];
}

/** How many tokens a prompt and its script may have together. */
const scriptPositions = 8192;

/**
 * Makes a model at `folder` that writes the scripts, whatever it is asked: the token after position p is a constant of the model.
 * Several scripts in one model need prompts whose lengths lie far enough apart.
 */
export function createScriptedModel(folder: string, scripts: readonly Script[]): void {
  cpSync(scriptedModelPath(), folder, { recursive: true });
  writeScripts(folder, scripts);
}

/** Writes the scripts into such a model. */
export function writeScripts(folder: string, scripts: readonly Script[]): void {
  for (const { promptTokens, tokens } of scripts) {
    if (promptTokens + tokens.length >= scriptPositions) throw new Error("the script is too long");
    writeTable(folder, promptTokens - 1, tokens);
  }
}

/** Writes the tokens that come after the positions from `start` on. */
export function writeTable(folder: string, start: number, tokens: readonly number[]): void {
  const xml = readFileSync(join(folder, "openvino_model.xml"), "utf8");
  const [, offset] = /name="script" type="Const"[^>]*>\s*<data [^>]*offset="(\d+)"/.exec(xml) ?? [];
  if (offset === undefined) throw new Error("openvino_model.xml has no constant named script");
  const file = openSync(join(folder, "openvino_model.bin"), "r+");
  const bytes = new Uint8Array(new BigInt64Array(tokens.map(BigInt)).buffer);
  writeSync(file, bytes, 0, bytes.length, Number(offset) + 8 * start);
  closeSync(file);
}
