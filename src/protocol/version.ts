import { OvError } from "../errors.ts";

/** The version of the messages between daemon and host; both state it in their first message. */
export const protocolVersion = 3;

/** The error for a host and a daemon of different versions, as after an unfinished upgrade. */
export function toVersionMismatch(host: number, daemon: number): OvError {
  return new OvError("engine_failed", {
    what: `The engine host speaks protocol ${host}, ov-llm ${daemon}`,
    next: "Restart the server; if that does not help, install ov-llm again.",
  });
}
