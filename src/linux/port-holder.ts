import { readdirSync, readlinkSync } from "node:fs";
import { readProcText } from "./proc.ts";

/** Who listens on a TCP port of this machine, as far as /proc shows it to this user; null: not to be seen. */
export function findPortHolder(port: number): { pid: number; program: string } | null {
  const inodes = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningInodes(table, port)),
  );
  if (inodes.size === 0) return null;
  for (const pid of list("/proc").filter((name) => /^\d+$/.test(name))) {
    const holds = list(`/proc/${pid}/fd`).some((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`)) ?? [];
      return inode !== undefined && inodes.has(inode);
    });
    if (holds) return { pid: Number(pid), program: readProcText(`/proc/${pid}/comm`).trim() };
  }
  return null;
}

/** proc(5), /proc/net/tcp: column 2 is the local address:port in hexadecimal, 4 the state (0A: listen), 10 the inode. */
function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return readProcText(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${wanted}`))
    .flatMap((columns) => columns[9] ?? []);
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
