import { renderBytes } from "../../src/bytes.ts";
import type { PlanView } from "../../src/convert/events.ts";
import { isExport, type Planned } from "../../src/convert/plan/plan.ts";
import type { Shortage } from "../../src/convert/plan/resources.ts";
import type { Skipped } from "../../src/convert/source/scan.ts";
import { renderTable, toOneLine } from "../terminal.ts";

const header = ["FOLDER", "NAME", "FORMAT", "DISK", "MEMORY", "OUTPUT"];

/** The table of what will happen, and below it all that a person should know before. `width`: columns; null: no terminal. */
export function renderPlan(view: PlanView, width: number | null): string {
  const table = renderTable(header, view.plan.map(toRow), width);
  const lines = [...toNoteLines(view.plan), ...toNeedLines(view), ...toCodeLines(view)];
  if (view.mustInstall)
    lines.push("The converter is not installed yet: it is installed first (about 2 GB of disk).");
  lines.push(...view.verdict.warnings.map((shortage) => `Warning: ${renderRisk(shortage)}`));
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
  const own = exports
    .filter(({ source }) => source.code.length > 0)
    .map(({ source }) => `${source.folder} (${source.code.join(", ")})`);
  if (!trustRemoteCode) {
    return own.length === 0 ? [] : [`Python files that will not be run: ${own.join("; ")}.`];
  }
  const who = own.length === 0 ? "none of these models has any" : `these have some: ${own.join("; ")}`;
  return [
    `--trust-remote-code is on: Python files that come with a model run on this machine, as you (${who}). --no-trust-remote-code forbids it.`,
  ];
}

/** Why a run must not start. */
export function renderShortage(shortage: Shortage): string {
  if (shortage.of === "memory") {
    return `${renderMemoryNeed(shortage)}, and this machine has ${renderBytes(shortage.has)} with swap. Add swap, or convert it on a larger machine.`;
  }
  const needs = `${renderBytes(shortage.needed)} needed, ${renderBytes(shortage.free)} free`;
  return shortage.for === "models"
    ? `Not enough disk for the converted models: about ${needs}. Make room, or convert fewer at a time with --only.`
    : `Not enough disk for the originals: ${needs}. Make room, or leave them where they are with --copy.`;
}

/** What may go wrong although a run can start. */
function renderRisk(shortage: Shortage): string {
  if (shortage.of !== "memory") return renderShortage(shortage);
  return `${renderMemoryNeed(shortage)}, and ${renderBytes(shortage.has)} is free: the system may kill it. Stop other programs, or add swap.`;
}

function renderMemoryNeed({ folder, needed }: { folder: string; needed: number }): string {
  return `"${folder}" needs about ${renderBytes(needed)} of memory`;
}

export function renderSkipped(skipped: readonly Skipped[]): string {
  return skipped.map(({ folder, reason }) => `${toOneLine(`Skipped ${folder}: ${reason}.`)}\n`).join("");
}
