import { type ErrorFacts, renderFacts } from "../../errors.ts";
import type { Variables } from "../../linux/program.ts";
import { chooseDevice, findDeviceProblem } from "../../protocol/device.ts";
import type { LoadMessage } from "../../protocol/load.ts";
import type { EngineName } from "../model/target.ts";
import type { Supports } from "./support.ts";

/** The command that starts one host, its environment, and a model's properties as that host takes them. */
export interface Launcher {
  engine: EngineName;
  /** Call `restore` first. */
  readonly argv: string[];
  env: Variables;
  toProperties: (properties: LoadMessage["properties"]) => LoadMessage["properties"];
  /** Writes again what a cleaner of temporary files has removed of the host, as happens on a server that runs for weeks. */
  restore?: () => void;
}

/** What is known about one kind of engine; `unknown`: it is installed but not probed yet. */
export interface EngineReport {
  name: EngineName;
  state: "unknown" | "ready" | "missing" | "broken";
  /** Why it does not run and how to repair it, as sentences; null: it runs, or is not probed yet. */
  reason: string | null;
  versions: Record<string, string>;
  /** As OpenVINO names them. */
  devices: string[];
  /** Device -> the name of the hardware behind it. */
  deviceNames: Record<string, string>;
}

/** One kind of engine on this machine. */
export interface EngineKind {
  /** null: it is not installed. */
  launcher: Launcher | null;
  supports: Supports;
  /** Its state before it is probed. */
  report: EngineReport;
  /** Starts it to find out, which takes a second. A broken engine is a result, not an error. */
  probe(): Promise<EngineReport>;
  /** Removes what was written to start its hosts. */
  dispose(): void;
}

/** `problem`: what does not run, why, and the command that repairs it. */
export function toReport(
  name: EngineName,
  state: EngineReport["state"],
  problem: ErrorFacts | null,
): EngineReport {
  const reason = problem && renderFacts(problem);
  return { name, state, reason, versions: {}, devices: [], deviceNames: {} };
}

/** The device that a model for `wanted` gets on this engine. */
export function toDevice({ devices }: EngineReport, wanted: string): string {
  return chooseDevice(wanted, devices);
}

/** Why that device cannot be used with this engine, as a sentence; null: it can, as far as is known. */
export function toDeviceProblem(report: EngineReport, wanted: string): string | null {
  return findDeviceProblem(toDevice(report, wanted), report.devices);
}
