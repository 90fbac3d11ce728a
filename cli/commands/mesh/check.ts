import { defineCommand } from "citty";
import { BoxModels } from "../../../src/mesh/models.ts";
import {
  BoxHealth,
  type BoxState,
  findDifferences,
  toBoxState,
  toDownState,
} from "../../../src/mesh/overview.ts";
import { action } from "../../action.ts";
import { askBoxes, boxArgs, findBoxes } from "../../mesh/boxes.ts";
import { paint, renderTable, terminalWidth, toOneLine, writeOut } from "../../terminal.ts";

const args = {
  ...boxArgs,
  json: { type: "boolean", description: "Print the list as JSON" },
} as const;

const header = ["BOX", "STATUS", "VERSION", "DEVICE", "MODELS", "LOADED", "RUNNING"];

export const check = defineCommand({
  meta: {
    name: "mesh check",
    description: "Show the boxes at a glance; exit code 0 only if all of them answer and are healthy",
  },
  args,
  run: action<typeof args>(async ({ args: given, rawArgs }) => {
    const boxes = findBoxes(rawArgs, args);
    const [models, healths] = await Promise.all([
      askBoxes(boxes, "/v1/models", BoxModels),
      askBoxes(boxes, "/health", BoxHealth),
    ]);
    const states = models.map((reply, index): BoxState => {
      const health = healths[index];
      if ("problem" in reply) return toDownState(reply.box, reply.problem);
      if (health === undefined || "problem" in health) return toDownState(reply.box, health?.problem ?? "");
      return toBoxState({ box: reply.box, models: reply.answer.data }, health.answer);
    });
    await writeOut(given.json === true ? `${JSON.stringify(states, null, 2)}\n` : render(states));
    return states.every(({ status }) => status === "ok") ? 0 : 1;
  }),
});

function render(states: readonly BoxState[]): string {
  const problems = states.flatMap(({ box, problem }) => (problem === null ? [] : [`${box}: ${problem}`]));
  const notes = [...problems, ...findDifferences(states)].map((note) => `${toOneLine(note)}\n`).join("");
  const table = renderTable(header, states.map(toRow), terminalWidth());
  return notes === "" ? table : `${table}\n${notes}`;
}

function toRow(state: BoxState): string[] {
  const { box, status, version, device, models, loaded, running, waiting } = state;
  const colour = status === "ok" ? "green" : status === "down" ? "red" : "yellow";
  if (status === "down") return [box, paint(colour, status), "-", "-", "-", "-", "-"];
  return [
    box,
    paint(colour, status),
    toOneLine(version ?? "-"),
    toOneLine(device ?? "-"),
    `${models.length}`,
    loaded.length === 0 ? "-" : toOneLine(loaded.join(", ")),
    waiting > 0 ? `${running} (${waiting} waiting)` : `${running}`,
  ];
}
