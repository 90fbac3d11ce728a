import { isExport, type Planned } from "../../src/convert/plan.ts";
import type { Resources, Verdict } from "../../src/convert/resources.ts";
import type { Skipped } from "../../src/convert/scan.ts";
import { renderBytes, renderTable, toOneLine } from "../terminal.ts";

export interface PlanView {
  plan: readonly Planned[];
  verdict: Verdict;
  resources: Resources;
  /** The models' own Python files may run. */
  trustRemoteCode: boolean;
  /** The converter must be installed first. */
  mustInstall: boolean;
  width: number | null;
}

const header = ["FOLDER", "NAME", "FORMAT", "DISK", "MEMORY", "OUTPUT"];

/** The table of what will happen, and under it all that a person should know before. */
export function renderPlan(view: PlanView): string {
  const table = renderTable(header, view.plan.map(toRow), view.width);
  const lines = [...toNoteLines(view.plan), ...toNeedLines(view), ...toCodeLines(view)];
  if (view.mustInstall)
    lines.push("The converter is not installed yet: it comes first (about 2 GB of disk).");
  lines.push(...view.verdict.warnings.map((line) => `Warning: ${line}`));
  return `${table}\n${lines.map((line) => `${toOneLine(line)}\n`).join("")}`;
}

function toRow(planned: Planned): string[] {
  const needs = isExport(planned)
    ? [renderBytes(planned.diskNeeded), renderBytes(planned.memoryNeeded), planned.path]
    : ["-", "-", `${planned.path} (as it is)`];
  return [planned.source.folder, planned.name, planned.weightFormat, ...needs].map(toOneLine);
}

function toNoteLines(plan: readonly Planned[]): string[] {
  return plan.flatMap(({ source, notes }) => notes.map((note) => `${source.folder}: ${note}.`));
}

function toNeedLines({ plan, verdict, resources }: PlanView): string[] {
  const exports = plan.filter(isExport);
  if (exports.length === 0) return [];
  const { disk, memory } = resources;
  const moved = exports.filter(({ source, originalPath }) => source.path !== originalPath);
  const folders = [...new Set(moved.map(({ originalPath }) => originalPath.replace(/\/[^/]+$/, "")))];
  return [
    `Disk: about ${renderBytes(verdict.disk)} needed, ${renderBytes(disk.outFree)} free. Memory: about ${renderBytes(verdict.memory)} needed at most, ${renderBytes(memory.available)} free.`,
    moved.length === 0
      ? "The originals stay where they are."
      : `The originals move to ${folders.join(", ")}.`,
  ];
}

function toCodeLines({ plan, trustRemoteCode }: PlanView): string[] {
  const exports = plan.filter(isExport);
  if (exports.length === 0) return [];
  const own = exports.filter(({ source }) => source.hasCode).map(({ source }) => source.folder);
  if (!trustRemoteCode) {
    return own.length === 0 ? [] : [`Python files of their own, which will not run: ${own.join(", ")}.`];
  }
  const who = own.length === 0 ? "none of these models has any" : `these have some: ${own.join(", ")}`;
  return [
    `--trust-remote-code is on: Python files that come with a model run on this machine (${who}). --no-trust-remote-code forbids it.`,
  ];
}

export function renderSkipped(skipped: readonly Skipped[]): string {
  return skipped.map(({ folder, reason }) => `${toOneLine(`Skipped ${folder}: ${reason}.`)}\n`).join("");
}
