import type { EngineReport } from "../../engine/kinds/kind.ts";
import { chooseDevice, findDeviceProblem } from "../../protocol/device.ts";
import { createFinder, type Finding } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** An engine that is not installed is no finding where another one works. */
export function checkEngines({ engines, settings }: Subject): Finding[] {
  const { ok, warn, fail } = createFinder("engine");
  const isWanted = ({ name }: EngineReport) => settings.engine === "auto" || settings.engine === name;
  const works = engines.some((report) => isWanted(report) && report.state === "ready");
  const shown = engines.filter(({ state }) => state !== "missing");
  const findings = shown.map((report) => {
    if (report.state === "ready") return ok(`${report.name} works: ${renderVersions(report)}.`);
    const reason = report.reason ?? `The engine ${report.name} did not answer.`;
    return (works ? warn : fail)(reason);
  });
  if (works || findings.some(({ status }) => status === "fail")) return findings;
  const [reason] = engines.filter(isWanted).flatMap((report) => report.reason ?? []);
  return [
    ...findings,
    reason === undefined ? fail("No engine is installed.", "Run `ov-llm setup`.") : fail(reason),
  ];
}

function renderVersions({ versions }: EngineReport): string {
  return Object.entries(versions)
    .map(([part, version]) => `${part} ${version}`)
    .join(", ");
}

/** Where models run that name no device, and whether those that name one can have it. */
export function checkDevices({ engines, settings, registry }: Subject): Finding[] {
  const { ok, fail } = createFinder("device");
  const seen = [...new Set(engines.flatMap(({ state, devices }) => (state === "ready" ? devices : [])))];
  if (seen.length === 0) return [];
  const chosen = chooseDevice(settings.device, seen);
  const problem = findDeviceProblem(chosen, seen);
  const own = registry.models.flatMap(({ name, entry }) => {
    const wrong = entry.device === undefined ? null : findDeviceProblem(entry.device.toUpperCase(), seen);
    return wrong === null
      ? []
      : [fail(`The entry of "${name}" names a device that cannot be used: ${wrong}`)];
  });
  const general =
    problem === null
      ? ok(`Models run on ${chosen} unless their entry names another device (OV_DEVICE=${settings.device}).`)
      : fail(`OV_DEVICE cannot be used: ${problem}`);
  return [general, ...own];
}

/** The answer to "is my GPU really used?". */
export function checkUse({ server, devices, registry }: Subject): Finding[] {
  const { ok, warn } = createFinder("use");
  if (server.state !== "answers") return [];
  if (server.loaded.length === 0) return [ok("No model is loaded now; the next request loads one.")];
  const hasGpu = devices.some(({ name }) => name.startsWith("GPU"));
  const wishes = new Map(registry.models.map(({ name, entry }) => [name, entry.device?.toUpperCase()]));
  return server.loaded.map(({ name, device }) => {
    const what = `"${name}" runs on ${device ?? "a device that is not known yet"}`;
    const isUnused = device === "CPU" && hasGpu && wishes.get(name) !== "CPU";
    if (!isUnused) return ok(`${what}.`);
    return warn(
      `${what}, although OpenVINO sees a GPU.`,
      "If it was loaded before the GPU could be used, load it again: `ov-llm restart`. `ov-llm doctor --trial` compares them.",
    );
  });
}
