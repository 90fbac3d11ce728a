import type { EventData } from "../api/schemas.ts";

export interface LogLine {
  /** Grows with each line. */
  number: number;
  /** Unix time in milliseconds. */
  at: number;
  event: string;
  level: "info" | "warn" | "error";
  /** `POST /v1/responses 200` for a request, else the event's name. */
  title: string;
  fields: string;
}

/** Events as lines of a log, the newest `most` of them. */
export interface LogLines {
  add(event: string, data: EventData, at: number): void;
  read(): readonly LogLine[];
  clear(): void;
}

export function createLogLines(most: number): LogLines {
  let lines: LogLine[] = [];
  let added = 0;
  return {
    add(event, data, at) {
      lines.push({ number: added++, at, ...toLine(event, data) });
      // Seldom, so that a flood of events does not copy the list for each.
      if (lines.length >= 2 * most) lines = lines.slice(-most);
    },
    read: () => lines.slice(-most),
    clear() {
      lines = [];
    },
  };
}

export function toLine(event: string, data: EventData): Omit<LogLine, "number" | "at"> {
  const { method, path, status, ...rest } = data;
  const isRequest = event.startsWith("request.");
  const title = isRequest ? `${method} ${path} ${status ?? "started"}` : event;
  const fields = isRequest ? rest : data;
  return { event, level: toLevel(event, data), title, fields: renderFields(fields) };
}

function toLevel(event: string, { status }: EventData): LogLine["level"] {
  if (event === "model.crashed" || event === "model.load_failed") return "error";
  if (typeof status === "number" && status >= 500) return "error";
  const isWarning =
    /problem|warning|missed|dropped/.test(event) || (typeof status === "number" && status >= 400);
  return isWarning ? "warn" : "info";
}

function renderFields(data: EventData): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${renderValue(value)}`)
    .join(" ");
}

function renderValue(value: unknown): string {
  if (typeof value === "number") return String(Math.round(value * 1000) / 1000);
  if (typeof value === "string") return /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}
