import { printParseErrorCode, visit } from "jsonc-parser";
import { OvError } from "../../errors.ts";
import { findExcess } from "./bounds.ts";

/**
 * Depth: far more than any schema needs; the engine's own JSON reader ends at about a thousand. Weight: 150,000 numbers, as
 * many as a prompt of token ids has in a context of 128k, or 11,000 messages, or 128 tools with 80 parts each. They take up
 * to 40 ms to hand over, check and map.
 */
const bounds = { depth: 128, weight: 150_000 };

const excess = {
  depth: `is nested too deeply: ${bounds.depth} levels are taken.`,
  weight:
    "has too many values: at most 150,000 numbers, 50,000 texts or 11,000 objects are taken. Send fewer.",
};

/** Throws `invalid_json` with the place, also for what has too many values or levels. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text.trim() === "") throw invalid("is empty: send a JSON object.");
  const beyond = findExcess(text, bounds);
  if (beyond !== null) throw invalid(excess[beyond]);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`is not valid JSON: ${locate(text)}.`, cause);
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid("is not UTF-8 text: send JSON in UTF-8.");
  }
}

function invalid(why: string, cause?: unknown): OvError {
  return new OvError("invalid_json", `The request body ${why}`, { cause });
}

/** Where and how the JSON breaks; the runtime's own error does not say where. */
function locate(text: string): string {
  let broken: string | undefined;
  const onError = (error: number, offset: number, _length: number, line: number, column: number) => {
    const what = printParseErrorCode(error)
      .replaceAll(/(?!^)([A-Z])/g, " $1")
      .toLowerCase();
    const near = JSON.stringify(text.slice(Math.max(0, offset - 20), offset + 20));
    broken = `${what} at line ${line + 1}, column ${column + 1}, near ${near}`;
    // The only way to end the visit: text that is no JSON at all has an error at every word.
    throw new Error(broken);
  };
  try {
    visit(text, { onError }, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return broken ?? "it is nested too deeply";
  }
  return "it cannot be parsed";
}
