import { OvError } from "../errors.ts";

/** Of the messages between the daemon and a host; both state it in their first message. */
export const protocolVersion = 3;

/** The error of a host and a daemon of different versions, as after an upgrade that was not finished. */
export function toVersionMismatch(host: number, daemon: number): OvError {
  return new OvError("engine_failed", {
    what: `The engine host speaks protocol ${host}, ov-llm ${daemon}`,
    next: "Restart the server; if that does not help, install ov-llm again.",
  });
}
