import type { Settings } from "../config/settings.ts";
import type { DeviceFacts } from "../engine/kinds/batching/devices.ts";
import type { EngineReport } from "../engine/kinds/kind.ts";
import type { ServiceState } from "../library/service.ts";
import type { PortHolder } from "../linux/port-holder.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import type { Machine } from "./machine.ts";

/** All that the checks judge. They read nothing by themselves. */
export interface Subject {
  machine: Machine;
  settings: Pick<Settings, "device" | "engine" | "runtimeDir">;
  engines: EngineReport[];
  /** As OpenVINO describes them; empty: no engine could be asked. */
  devices: DeviceFacts[];
  server: ServerFacts;
  service: ServiceFacts;
  hub: HubFacts;
  registry: RegistryFacts;
  disks: DiskFacts[];
}

export type ServerFacts =
  | AnsweringServer
  /** `holder`: the program that has its port, where it is this machine's. */
  | (SilentServer & { holder: PortHolder | null });

/** Nothing answers there, or no ov-llm does. `problem`: a sentence with the next step. */
export interface SilentServer {
  state: "silent";
  url: string;
  problem: string;
}

export interface AnsweringServer {
  state: "answers";
  url: string;
  version: string;
  /** Why it is degraded, as a sentence. */
  reason: string | null;
  loaded: LoadedFacts[];
}

export interface LoadedFacts {
  name: string;
  /** null: it is not known yet. */
  device: string | null;
}

/** `problem`: why systemd could not be asked, or knows no such service. */
export type ServiceFacts = ({ problem: null } & ServiceState) | { problem: string };

/** `problem`: null: it answers. */
export type HubFacts = { state: "skipped" } | { state: "asked"; endpoint: string; problem: string | null };

export interface RegistryFacts {
  path: string;
  /** Why it, or an entry of it, cannot be used, as sentences. */
  problems: string[];
  models: ModelFacts[];
}

export interface ModelFacts {
  name: string;
  entry: RegistryEntry;
  /** In bytes; null: there is nothing at its path. */
  size: number | null;
  /** Why it cannot be served, as a sentence with the next step; null: it can. */
  problem: string | null;
}

export interface DiskFacts {
  /** For what: `models`, `compiled models`. */
  purpose: string;
  path: string;
  /** In bytes, for this user; null: it cannot be asked. */
  free: number | null;
}
