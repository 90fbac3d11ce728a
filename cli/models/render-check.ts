import type { CheckedModel } from "../../src/library/check.ts";
import { fitTable, paint, renderFitted, toOneLine } from "../terminal.ts";

/** A table, and under it each problem as a whole sentence. */
export function renderChecked(checked: CheckedModel[], registryPath: string, width: number | null): string {
  if (checked.length === 0) return `${toOneLine(`No models in ${JSON.stringify(registryPath)} yet.`)}\n`;
  const withLoad = checked.some(({ load }) => load !== null);
  const header = ["NAME", "STATE", ...(withLoad ? ["DEVICE", "SECONDS"] : []), "PATH"];
  const rows = checked.map((model) => {
    const loaded = [model.load?.device ?? "-", model.load === null ? "-" : model.load.seconds.toFixed(1)];
    return [toOneLine(model.name), toState(model), ...(withLoad ? loaded : []), toOneLine(model.path ?? "-")];
  });
  const notes = checked.flatMap(({ name, problem, load }) => {
    const note = problem ?? (load?.doubt == null ? null : `it answers, but ${load.doubt}.`);
    return note === null ? [] : [`${toOneLine(`${name}: ${note}`)}\n`];
  });
  const table = renderFitted(fitTable(header, rows, width, ["PATH"]), width);
  return [table, ...(notes.length > 0 ? ["\n", ...notes] : [])].join("");
}

function toState({ reason, load }: CheckedModel): string {
  if (reason === null) return load === null ? "ok" : "answers";
  return paint("red", toOneLine(reason));
}
