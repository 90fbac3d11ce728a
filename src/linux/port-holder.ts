import { readdirSync, readlinkSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { readProcText } from "./proc.ts";

/** `user`: another user's process, which /proc does not show; its name, or its id where it has none. */
export type PortHolder = { pid: number; program: string } | { user: string };

/** proc(5), /proc/net/tcp: an address in hexadecimal, in the machine's order of bytes. */
interface ListeningSocket {
  address: string;
  uid: string;
  inode: string;
}

/** Who listens on a TCP port of this machine, where an address is given on that one or on all; null: nobody. */
export function findPortHolder(port: number, host = "0.0.0.0"): PortHolder | null {
  const sockets = readListening(port).filter(({ address }) => isInTheWay(address, host));
  const [socket] = sockets;
  if (!socket) return null;
  const inodes = new Set(sockets.map(({ inode }) => inode));
  for (const pid of list("/proc").filter((name) => /^\d+$/.test(name))) {
    const holds = list(`/proc/${pid}/fd`).some((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`)) ?? [];
      return inode !== undefined && inodes.has(inode);
    });
    if (holds) return { pid: Number(pid), program: readProcText(`/proc/${pid}/comm`).trim() };
  }
  return { user: findUserName(socket.uid) };
}

/** Of an address in /proc/net/tcp6. */
const ipv6Digits = 32;

/** As a clause. */
export function renderHolder(holder: PortHolder): string {
  return "pid" in holder
    ? `"${holder.program}" (pid ${holder.pid}) listens there`
    : `a program of the user "${holder.user}" listens there`;
}

/** Column 2 is the local address:port, 4 the state (0A: listen), 8 the user, 10 the inode. */
function readListening(port: number): ListeningSocket[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => readProcText(table).split("\n"));
  return rows.flatMap((row) => {
    const [, local = "", , state, , , , uid, , inode] = row.trim().split(/\s+/);
    if (state !== "0A" || !local.endsWith(`:${hexPort}`) || uid === undefined || inode === undefined)
      return [];
    return [{ address: local.slice(0, -5), uid, inode }];
  });
}

/**
 * Only IPv4 addresses are compared: a name may have several, and nearly nobody listens on one of several IPv6 addresses. Who
 * listens on an IPv4 address is in the way of an IPv6 address only if that is `::`, which stands for both.
 */
function isInTheWay(address: string, host: string): boolean {
  if (isIPv6(host) && host !== "::") return address.length === ipv6Digits;
  if (!isIPv4(host) || host === "0.0.0.0" || /^0+$/.test(address)) return true;
  return address.endsWith(toHex(host));
}

/** As /proc/net/tcp has it on a little-endian machine: 127.0.0.1 is 0100007F. */
function toHex(host: string): string {
  const bytes = host.split(".").map((byte) => Number(byte).toString(16).toUpperCase().padStart(2, "0"));
  return bytes.reverse().join("");
}

function findUserName(uid: string): string {
  const rows = readProcText("/etc/passwd")
    .split("\n")
    .map((row) => row.split(":"));
  return rows.find(([, , id]) => id === uid)?.[0] ?? uid;
}

// Processes come and go while /proc is read, and other users' are closed to us: both count as nothing there.
function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
