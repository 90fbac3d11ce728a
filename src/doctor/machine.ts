import type { MachineMemory } from "../linux/memory.ts";

/** What Linux shows of a machine, for the checks; see `read/`. */
export interface Machine {
  system: System;
  user: User;
  cpu: Cpu;
  power: Power;
  heat: Heat;
  memory: MachineMemory;
  accelerators: Accelerator[];
  nodes: DeviceNode[];
  libraries: Libraries;
}

export interface System {
  /** Release of the kernel. */
  kernel: string;
  /** ID and ID_LIKE of os-release(5). */
  distributions: string[];
  isVirtual: boolean;
}

export interface User {
  name: string;
  /** The groups of this process, by number. */
  gids: number[];
  /** Groups that /etc/group gives the user, in force or only after the next log-in. */
  groups: string[];
  /** Services of the user run without a log-in (loginctl(1), enable-linger). */
  lingers: boolean;
}

export interface Cpu {
  model: string;
  threads: number;
  /** As /proc/cpuinfo names them. */
  flags: string[];
  isArm: boolean;
}

/** How the CPU's clock is chosen (the kernel's admin-guide/pm/cpufreq); empty: the kernel does not choose it. */
export interface Power {
  drivers: string[];
  governors: string[];
  /** energy_performance_preference, where the driver has it. */
  preferences: string[];
}

export interface Heat {
  /** In degrees Celsius, the hottest; null: no sensor. */
  celsius: number | null;
  /** How often CPUs slowed down for heat since the start of the machine, and while it was looked at. */
  throttled: number;
  throttledNow: number;
  /** GPUs that are slowed down at this moment, as `card0`. */
  throttledGpus: string[];
}

/** An Intel GPU or NPU on the PCI bus. */
export interface Accelerator {
  kind: "gpu" | "npu";
  /** Vendor and device, as `8086:3e9b`. */
  id: string;
  /** null: no kernel driver has it. */
  driver: string | null;
}

export interface DeviceNode {
  /** Without the root folder: `/dev/dri/renderD128`. */
  path: string;
  kind: Accelerator["kind"];
  /** The group that may open it; its number where it has no name. */
  group: string;
  /** This process may read and write it. */
  isOpen: boolean;
  /** This process is in that group. */
  isMember: boolean;
}

/** Which libraries of the drivers are installed. */
export interface Libraries {
  /** The loader, libOpenCL.so.1. */
  opencl: boolean;
  /** Intel's OpenCL driver for GPUs. */
  openclGpu: boolean;
  /** The loader, libze_loader.so.1. */
  levelZero: boolean;
  levelZeroNpu: boolean;
  npuCompiler: boolean;
}
