import { paint, renderTable } from "../../../cli/terminal.ts";

/** One figure that has a goal, or is worth a line of its own. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** Absent: there is no goal. */
  goal?: { atLeast: number } | { atMost: number };
}

export interface JudgedFigure extends Figure {
  ok: boolean | null;
}

export function judge(figure: Figure): JudgedFigure {
  const { goal, value } = figure;
  if (goal === undefined) return { ...figure, ok: null };
  return { ...figure, ok: "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost };
}

/** Figures beside their goals. */
export function renderFigures(figures: JudgedFigure[]): string {
  const rows = figures.map(({ name, value, unit, goal, ok }) => [
    name,
    `${renderNumber(value)} ${unit}`.trim(),
    renderGoal(goal),
    ok === null ? "" : ok ? paint("green", "ok") : paint("red", "missed"),
  ]);
  return renderTable(["FIGURE", "VALUE", "GOAL", ""], rows);
}

function renderGoal(goal: Figure["goal"]): string {
  if (goal === undefined) return "";
  return "atLeast" in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`;
}

/** Three digits that count. */
export function renderNumber(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
