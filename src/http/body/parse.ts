import { OvError } from "../../errors.ts";
import { parseRemembering } from "../../json/exact.ts";
import { explainFault } from "../../json/fault.ts";
import { findFault } from "../../json/scan.ts";
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

/** Throws `invalid_json` with the place, also for too many values or levels. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text.trim() === "") throw invalid("is empty: send a JSON object.");
  const beyond = findExcess(text, bounds);
  if (beyond !== null) throw invalid(excess[beyond]);
  const value = toValue(text);
  if (typeof value === "string" && isContainer(value)) {
    throw invalid(
      "is a string that holds JSON, so it was encoded twice: send the object itself, as with json=body.",
    );
  }
  return value;
}

function toValue(text: string): unknown {
  try {
    return parseRemembering(text);
  } catch (cause) {
    throw invalid(`is not valid JSON: ${explainFault(text)}`, cause);
  }
}

/** Whether a text is a JSON object or list by itself. */
function isContainer(text: string): boolean {
  return /^\s*[{[]/.test(text) && findFault(text) === null;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(`is not UTF-8 text: send JSON in UTF-8.${likeness(bytes)}`);
  }
}

/** What bytes that are not UTF-8 look like, as a sentence; empty if that is unknown. */
function likeness(bytes: Uint8Array): string {
  // RFC 1952: every gzip file starts with these two bytes. Its header holds zeros, as UTF-16 does.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return " This looks like gzip: add the header Content-Encoding: gzip.";
  }
  return bytes.subarray(0, 64).includes(0) ? " This looks like UTF-16, which PowerShell writes." : "";
}

function invalid(why: string, cause?: unknown): OvError {
  return new OvError("invalid_json", `The request body ${why}`, { cause });
}
