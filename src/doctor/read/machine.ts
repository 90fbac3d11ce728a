import { accessSync, constants, existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { readMachineMemory } from "../../linux/memory.ts";
import type { Machine, System } from "../machine.ts";
import {
  type DescribeNode,
  readAccelerators,
  readGroupsOf,
  readLibraries,
  readNodes,
} from "./accelerators.ts";
import { readCpu, readHeat, readPower } from "./cpu.ts";
import { createRoot, type Root } from "./files.ts";

export interface MachineSource {
  /** `/`, or a folder that a test laid out. */
  root: string;
  user: { name: string; gids: number[] };
  describeNode: DescribeNode;
}

export function toThisMachine(): MachineSource {
  return {
    root: "/",
    user: { name: findUserName(), gids: process.getgroups?.() ?? [] },
    describeNode: (path) => ({
      gid: statSync(path, { throwIfNoEntry: false })?.gid ?? -1,
      isOpen: isOpen(path),
    }),
  };
}

/** `throttledBefore`: the count of a moment ago, see `readThrottleCount`. */
export function readMachine(
  { root: folder, user, describeNode }: MachineSource,
  throttledBefore: number,
): Machine {
  const root = createRoot(folder);
  const cpu = readCpu(root);
  return {
    system: readSystem(root, cpu.flags),
    user: {
      ...user,
      groups: readGroupsOf(root, user.name),
      lingers: existsSync(join(folder, "var/lib/systemd/linger", user.name)),
    },
    cpu,
    power: readPower(root),
    heat: readHeat(root, throttledBefore),
    memory: readMachineMemory(folder),
    accelerators: readAccelerators(root),
    nodes: readNodes(root, user.gids, describeNode),
    libraries: readLibraries(root),
  };
}

function readSystem(root: Root, flags: string[]): System {
  const release = root.text("/etc/os-release");
  const find = (key: string) => new RegExp(`^${key}="?([^"\\n]*)`, "m").exec(release)?.[1] ?? "";
  return {
    kernel: root.text("/proc/sys/kernel/osrelease"),
    distributions: `${find("ID")} ${find("ID_LIKE")}`.trim().split(/\s+/),
    isVirtual: flags.includes("hypervisor"),
  };
}

/** A user without an entry in /etc/passwd has none. */
function findUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
