import { isExecutable } from "../engine/kinds/native/find.ts";
import { OvError } from "../errors.ts";
import { runProgram, type Variables } from "../linux/program.ts";
import { findInstallation, type Installation } from "../release/installation.ts";

/** The user service that install.sh and the Debian package set up. */
export const unit = "ov-server";

export type ServiceAction = "start" | "stop" | "restart";

const justServe = 'Start the server with "ov-llm serve"; it then runs until Ctrl-C.';

/** As systemd reports it (systemd.unit(5)). */
export interface ServiceState {
  /** `active`, `inactive`, `failed`, `activating`, … */
  active: string;
  /** Starts with the user manager. */
  enabled: boolean;
  /** 0: it does not run. */
  pid: number;
}

/** Has systemd do it, and waits. Throws `server_unreachable` where that fails. */
export async function actOnService(action: ServiceAction, variables: Variables): Promise<void> {
  const run = await runProgram(["systemctl", "--user", action, unit], { variables, timeoutMs: 120_000 });
  if (run.reason === null) return;
  throw failed(`Cannot ${action} the service ${unit}`, run.reason, "`ov-llm logs` shows why.");
}

/**
 * Throws `server_unreachable` with the next step where there is no such service. `installation`: how this ov-llm was installed, for
 * that step.
 */
export async function readServiceState(
  variables: Variables,
  installation: Installation = findInstallation(process.execPath, isExecutable()),
): Promise<ServiceState> {
  const keys = ["LoadState", "ActiveState", "UnitFileState", "MainPID"];
  const command = ["systemctl", "--user", "show", unit, ...keys.flatMap((key) => ["-p", key])];
  const run = await runProgram(command, { variables, timeoutMs: 10_000 });
  const what = `Cannot ask systemd for the service ${unit}`;
  if (run.reason !== null) {
    throw failed(what, `no user manager of systemd answers (${run.reason})`, justServe);
  }
  const facts = new Map(run.stdout.split("\n").map((line) => toPair(line)));
  if (facts.get("LoadState") !== "loaded") {
    throw failed(what, "it is not installed", adviseOnUnit(installation));
  }
  return {
    active: facts.get("ActiveState") ?? "unknown",
    enabled: facts.get("UnitFileState") === "enabled",
    pid: Number(facts.get("MainPID") ?? 0),
  };
}

function adviseOnUnit(installation: Installation): string {
  const serve = 'start the server with "ov-llm serve"';
  switch (installation.kind) {
    case "script":
      return `Run '${installation.folder}/install.sh', or ${serve}.`;
    case "package":
      return `Run "systemctl --user daemon-reload", and "sudo apt install --reinstall ./ov-llm_VERSION_ARCH.deb" if that does not help; or ${serve}.`;
    case "sources":
      return `Run install.sh, or ${serve}.`;
    case "other":
      return justServe;
  }
}

function toPair(line: string): [key: string, value: string] {
  const [, key = "", value = ""] = /^([^=]*)=(.*)$/.exec(line) ?? [];
  return [key, value];
}

function failed(what: string, why: string, next: string): OvError {
  return new OvError("server_unreachable", { what, why, next });
}
