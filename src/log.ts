import { createConsola, type LogObject } from "consola";

export type LogLevel = "error" | "warn" | "info" | "debug";

/** Values of one log line; `undefined` leaves the key out. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** The log of the daemon: one line per event, `message key=value …`. Never given prompts or keys. */
export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

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
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      logger[level](message, fields);
  return { error: emit("error"), warn: emit("warn"), info: emit("info"), debug: emit("debug") };
}

function renderEntry({ date, type, args }: LogObject, { format, timestamps }: LogOptions): string {
  const message: string = args[0];
  const fields: LogFields = args[1];
  const time = date.toISOString();
  if (format === "json") return `${JSON.stringify({ time, level: type, message, ...fields })}\n`;
  return `${timestamps ? `${time} ` : ""}${type.padEnd(5)} ${renderLine(message, fields)}\n`;
}

/** `message key=value …` on one line; control characters are escaped, so no value can forge a second line. */
export function renderLine(message: string, fields: LogFields = {}): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${renderValue(value)}`);
  return [escapeControls(message), ...pairs].join(" ");
}

function renderValue(value: LogFields[string]): string {
  if (value === null || value === "") return "-";
  const text = String(value);
  return /[\s"=]|\p{Cc}/u.test(text) ? JSON.stringify(text) : text;
}

function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
