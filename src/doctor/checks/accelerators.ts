import { createFinder, type Finding } from "../finding.ts";
import type { Accelerator, DeviceNode, Machine } from "../machine.ts";
import type { Subject } from "../subject.ts";
import { findMissing, toInstall } from "./packages.ts";

type Kind = Accelerator["kind"];

/** What the two kinds differ in. */
const kinds = {
  gpu: { name: "GPU", one: "a GPU", drivers: "i915 or xe", folder: "/dev/dri", group: "render" },
  npu: { name: "NPU", one: "an NPU", drivers: "intel_vpu", folder: "/dev/accel", group: "render" },
} as const;

/** Why OpenVINO does not see what is there: the first thing that is missing on the way from the bus to the library. */
export function checkAccelerator(kind: Kind, subject: Subject): Finding[] {
  const { machine, devices, engines } = subject;
  const { name, one } = kinds[kind];
  const { ok, warn, fail } = createFinder(kind);
  const hardware = machine.accelerators.filter((found) => found.kind === kind);
  const nodes = machine.nodes.filter((node) => node.kind === kind);
  const seen = devices.filter((device) => device.name.startsWith(name));
  if (seen.length > 0) {
    return seen.map((device) => {
      const driver = device.driver === null ? "" : `, driver ${device.driver}`;
      const kernel = hardware[0]?.driver ? `, kernel ${hardware[0].driver} (${machine.system.kernel})` : "";
      return ok(`OpenVINO sees ${device.name}: ${device.hardware}${driver}${kernel}.`);
    });
  }
  if (hardware.length === 0 && nodes.length === 0) return toAbsent(kind, machine);
  const problem = findProblem(kind, machine, hardware, nodes);
  const isAsked = engines.some(({ state }) => state === "ready");
  if (problem === null && !isAsked) {
    const what = `There is ${one}, and programs can open it, but there is no engine to check that OpenVINO sees it.`;
    return [warn(what, "Run `ov-llm setup`, then this again.")];
  }
  const { what, next } = problem ?? toUnexplained(kind);
  const isWanted = kind === "gpu" && subject.settings.device !== "CPU";
  return [(isWanted ? fail : warn)(what, next)];
}

function toAbsent(kind: Kind, { system }: Machine): Finding[] {
  const { ok } = createFinder(kind);
  if (kind === "npu") return [];
  const next = system.isVirtual
    ? "If the host has an Intel GPU, pass it to this virtual machine, and /dev/dri to a container."
    : null;
  return [ok("There is no Intel GPU here; models run on the CPU.", next)];
}

type Problem = { what: string; next: string };

function findProblem(
  kind: Kind,
  { system, user, libraries }: Machine,
  hardware: Accelerator[],
  nodes: DeviceNode[],
): Problem | null {
  const { name, one, drivers, folder, group } = kinds[kind];
  const ids = hardware.map(({ id }) => id).join(", ");
  if (hardware.length > 0 && hardware.every(({ driver }) => driver === null)) {
    return {
      what: `There is ${one} (${ids}), but no kernel driver is bound to it (kernel ${system.kernel}).`,
      next: `It needs ${drivers}: boot a newer kernel, or see in \`sudo dmesg\` why the driver did not bind to it.`,
    };
  }
  if (nodes.length === 0) {
    return {
      what: `There is ${one} (${ids}), but ${folder} has no device file for it.`,
      next: `In a container, pass ${folder} to it; otherwise see in \`sudo dmesg\` why the driver created none.`,
    };
  }
  const closed = nodes.find(({ isOpen }) => !isOpen);
  if (closed !== undefined && nodes.every(({ isOpen }) => !isOpen))
    return toClosed(closed, user, name, group);
  const missing = findMissing(kind, libraries, system);
  if (missing.length === 0) return null;
  return {
    what: `There is ${one}, but what OpenVINO needs for it is not installed: ${missing.join(", ")}.`,
    next: toInstall(kind, missing, system),
  };
}

function toClosed(node: DeviceNode, user: Machine["user"], name: string, usual: string): Problem {
  const group = /^\d+$/.test(node.group) ? usual : node.group;
  const what = `The ${name} is there, but "${user.name}" cannot open ${node.path}, which belongs to the group "${node.group}".`;
  if (node.isMember) return { what, next: `The group itself has no access: see \`ls -l ${node.path}\`.` };
  if (user.groups.includes(group)) {
    const next = "The user joined that group after its last login: log out and in, or restart the machine.";
    return { what, next };
  }
  return {
    what,
    next: `Run \`sudo usermod -aG ${group} ${user.name}\`, log out and in (or restart the machine), then restart the server.`,
  };
}

function toUnexplained(kind: Kind): Problem {
  const { one } = kinds[kind];
  return {
    what: `There is ${one} with its drivers, but OpenVINO does not see it.`,
    next:
      kind === "gpu"
        ? "See whether `clinfo -l` lists it; if not, its driver is older than the GPU: install a newer compute runtime."
        : "Its driver may be older than the NPU or its firmware: install the newest release of Intel's linux-npu-driver.",
  };
}
