import { printParseErrorCode, visit } from "jsonc-parser";
import { OvError } from "../../errors.ts";
import { readBytes } from "./bounded.ts";
import { isDeeperThan } from "./depth.ts";

/** Far more than any schema needs; the engine's own JSON reader ends at about a thousand. */
const deepest = 128;

/**
 * The JSON body of a request, whatever content type it names. Throws `invalid_json`, and what `readBytes` does.
 */
export async function readJsonBody(request: Request, maxBytes: number, seconds?: number): Promise<unknown> {
  return parseJson(decodeUtf8(await readBytes(request, maxBytes, seconds)));
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new OvError("invalid_json", "The request body is not UTF-8 text: send JSON in UTF-8.");
  }
}

export function parseJson(text: string): unknown {
  if (text.trim() === "") {
    throw new OvError("invalid_json", "The request body is empty: send a JSON object.");
  }
  if (isDeeperThan(deepest, text)) {
    throw new OvError("invalid_json", `The request body is nested too deeply: ${deepest} levels are taken.`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OvError("invalid_json", `The request body is not valid JSON: ${locate(text)}.`, { cause });
  }
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
