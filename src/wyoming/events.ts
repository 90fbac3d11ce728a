import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OvError, toReason } from "../errors.ts";

/** One event of the Wyoming protocol (github.com/OHF-Voice/wyoming, "Format"). */
export interface WyomingEvent {
  type: string;
  data: Record<string, unknown>;
  payload: Uint8Array;
}

/** The limits of an event; no real client sends more. A second of sound is 32 KB. */
const most = { header: 16 * 1024, data: 256 * 1024, payload: 4 * 2 ** 20 };

const size = (maximum: number) =>
  Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum }), Type.Null()]));
const Data = Type.Record(Type.String(), Type.Unknown());
const Header = Type.Object({
  type: Type.String({ maxLength: 100 }),
  data: Type.Optional(Type.Union([Data, Type.Null()])),
  data_length: size(most.data),
  payload_length: size(most.payload),
});

const nothing = new Uint8Array();

/**
 * Assembles events from bytes as they arrive: a line of JSON, then as much JSON and as many bytes as it announces. The bytes that
 * it is given are kept until their event is whole. Throws `invalid_request` for anything else; the connection is then unusable.
 */
export function createEventReader(): (bytes: Uint8Array) => WyomingEvent[] {
  let chunks: Uint8Array[] = [];
  let held = 0;
  let needed = 0;
  let header: Static<typeof Header> | null = null;

  return (bytes) => {
    const events: WyomingEvent[] = [];
    chunks.push(bytes);
    held += bytes.byteLength;
    // Joined only when it can be of use: a payload comes in many pieces.
    if (header !== null && held < needed) return events;
    let rest: Uint8Array = Buffer.concat(chunks);
    for (;;) {
      if (header === null) {
        const end = rest.indexOf(10);
        if ((end === -1 ? rest.byteLength : end) > most.header) throw invalid("its first line is too long");
        if (end === -1) break;
        header = parse(Header, rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      }
      const { type, data, data_length, payload_length } = header;
      const dataEnd = data_length ?? 0;
      needed = dataEnd + (payload_length ?? 0);
      if (rest.byteLength < needed) break;
      const more = dataEnd === 0 ? {} : parse(Data, rest.subarray(0, dataEnd));
      const payload = needed > dataEnd ? rest.slice(dataEnd, needed) : nothing;
      events.push({ type, data: { ...data, ...more }, payload });
      rest = rest.subarray(needed);
      header = null;
    }
    held = rest.byteLength;
    chunks = held === 0 ? [] : [rest];
    return events;
  };
}

function parse<Schema extends TSchema>(schema: Schema, bytes: Uint8Array): Static<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw invalid(toReason(error));
  }
  if (Value.Check(schema, value)) return value;
  const [problem] = [...Value.Errors(schema, value)];
  throw invalid(`${problem?.path ?? ""} ${problem?.message ?? "has another form"}`.trim());
}

function invalid(why: string): OvError {
  return new OvError("invalid_request", { what: "This is not the Wyoming protocol", why });
}

export function renderEvent(type: string, data: object): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(data));
  const header = JSON.stringify({ type, version: protocol, data_length: bytes.byteLength });
  return Buffer.concat([Buffer.from(`${header}\n`), bytes]);
}

/** The release of the protocol's package that this follows. */
const protocol = "1.10.2";
