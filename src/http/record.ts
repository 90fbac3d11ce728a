import type { ErrorCode } from "../errors.ts";

/** What one request's log line says. Handlers fill it in; plugins/request-log.ts writes it. */
export interface RequestRecord {
  id: string;
  /** Address of who asks. */
  client: string;
  /** The name of the API key. */
  key?: string;
  model?: string;
  stream?: boolean;
  promptTokens?: number;
  cachedTokens?: number;
  newTokens?: number;
  finish?: string;
  /** Of the error that it ended with. */
  code?: ErrorCode;
  /** Milliseconds, monotonic. */
  begunAt: number;
  firstTokenAt?: number;
  /** Set by a handler whose answer goes on after it returned: then it calls `done` itself. */
  streaming?: boolean;
  /** Writes the line with the status that the client really got. */
  done(status: number): void;
}

const records = new WeakMap<Request, RequestRecord>();

export function attachRecord(request: Request, record: RequestRecord): void {
  records.set(request, record);
}

export function recordOf(request: Request): RequestRecord {
  const record = records.get(request);
  if (!record) throw new TypeError("This request has no record: it did not come through request-log");
  return record;
}
