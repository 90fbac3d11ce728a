import { isIPv6 } from "node:net";
import { OvError, toReason, toSystemCode } from "../errors.ts";
import { findPortHolder, renderHolder } from "./port-holder.ts";

export interface Address {
  host: string;
  /** 0: a free one. */
  port: number;
  /** What chooses the port, for errors: `--port or OV_PORT`. */
  setting: string;
}

/** Why an address cannot be listened on: `port_in_use` with who holds the port, else `invalid_setting`. */
export function toListenError(error: unknown, { host, port, setting }: Address): OvError {
  const code = toSystemCode(error);
  const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  if (code === "EADDRINUSE") {
    const holder = findPortHolder(port, host);
    const who =
      holder === null
        ? "a connection or a program that does not listen yet holds this port"
        : renderHolder(holder);
    const next = `Stop it, or choose another port with ${setting}.`;
    return new OvError("port_in_use", `Cannot listen on ${address}: ${who}. ${next}`, { cause: error });
  }
  return new OvError(
    "invalid_setting",
    `Cannot listen on ${address}: ${toWhy(code) ?? toReason(error)}. Correct --host or OV_HOST, or ${setting}.`,
    { cause: error },
  );
}

/** In words what the system's codes mean here. */
function toWhy(code: unknown): string | undefined {
  if (code === "EINVAL") return "this name has no address; use 0.0.0.0 for every interface";
  if (code === "EADDRNOTAVAIL")
    return "no interface of this machine has that address; use 0.0.0.0 for every interface";
  if (code === "EACCES") return "only root may use ports below 1024";
  return undefined;
}
