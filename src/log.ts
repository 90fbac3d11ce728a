import { createConsola, type LogObject } from "consola";
import { shorten } from "./errors.ts";

export type LogLevel = "error" | "warn" | "info" | "debug";

/** Values of one log line; `undefined` leaves the key out. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** `within`: what the message says already, for programs: only a log of JSON has it. */
type Write = (message: string, fields?: LogFields, within?: LogFields) => void;

/** The log of the daemon: one line per event, `message key=value …`. Never given prompts or keys. */
export type Log = Record<LogLevel, Write>;

// consola numbers its levels: error 0, warn 1, info 3, debug 4.
const consolaLevel: Record<LogLevel, number> = { error: 0, warn: 1, info: 3, debug: 4 };

export interface LogOptions {
  level: LogLevel;
  /** `json`: an object on each line, with `time`, `level`, `message` and the values beside them. */
  format?: "text" | "json";
  write: (line: string) => void;
  /** Prefix each line of text with the UTC time; off under journald, which has its own. */
  timestamps: boolean;
}

export function createLog(options: LogOptions): Log {
  const logger = createConsola({
    level: consolaLevel[options.level],
    throttle: 0,
    reporters: [{ log: (entry) => options.write(renderEntry(entry, options)) }],
  });
  const emit =
    (level: LogLevel): Write =>
    (message: string, fields: LogFields = {}, within: LogFields = {}) =>
      logger[level](message, fields, within);
  return { error: emit("error"), warn: emit("warn"), info: emit("info"), debug: emit("debug") };
}

function renderEntry({ date, type, args }: LogObject, { format, timestamps }: LogOptions): string {
  const message: string = args[0];
  const fields: LogFields = args[1];
  const within: LogFields = args[2];
  const time = date.toISOString();
  if (format === "json") {
    const values = Object.entries({ message, ...within, ...fields }).map(([key, value]) => [
      key,
      bound(value),
    ]);
    return `${escapeControls(JSON.stringify({ time, level: type, ...Object.fromEntries(values) }))}\n`;
  }
  return `${timestamps ? `${time} ` : ""}${type.padEnd(5)} ${renderLine(message, fields)}\n`;
}

/** UTF-16 units of a message or a value: some of them are what clients or other programs said. */
const longest = 2000;

function bound(value: LogFields[string]): LogFields[string] {
  return typeof value === "string" ? shorten(value, longest) : value;
}

/** `message key=value …` on one line; control characters are escaped, so no value can forge a second line. */
export function renderLine(message: string, fields: LogFields = {}): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${renderValue(value)}`);
  return [escapeControls(shorten(message, longest)), ...pairs].join(" ");
}

function renderValue(value: LogFields[string]): string {
  if (value === null || value === "") return "-";
  const text = shorten(String(value), longest);
  return /[\s"=]/.test(text) || controls.test(text) ? escapeControls(JSON.stringify(text)) : text;
}

/** All that could end a line, move the cursor of a terminal, or reverse what follows; also the C1 controls, which JSON leaves as they are. */
const controls = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const everyControl = new RegExp(controls, "gu");

function escapeControls(text: string): string {
  return text.replace(everyControl, (character) => {
    const code = character.charCodeAt(0);
    const short = code < 0x20 ? JSON.stringify(character).slice(1, -1) : null;
    return short ?? `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
