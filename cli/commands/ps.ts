import { defineCommand } from "citty";
import { ModelList } from "../../src/api/openai/models.ts";
import { renderBytes } from "../../src/bytes.ts";
import { action } from "../action.ts";
import { toServerArgs } from "../args.ts";
import { toLiveState } from "../models/list.ts";
import { askServer, findServer } from "../server.ts";
import { fitTable, renderAge, renderFitted, terminalWidth, toOneLine, writeOut } from "../terminal.ts";

const args = {
  ...toServerArgs(),
  json: { type: "boolean", description: "Print the list as JSON" },
} as const;

const header = ["NAME", "STATE", "DEVICE", "ENGINE", "MEMORY", "RUNNING", "TOKENS/S", "UNLOADS"];

export const ps = defineCommand({
  meta: { name: "ps", description: "List the models that the running server has loaded" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { data } = await askServer(findServer(given), "/v1/models", ModelList, 5);
    const loaded = data
      .filter(({ parent }) => parent === null)
      .map((model) => ({ name: model.id, ...toLiveState(model) }))
      .filter(({ state }) => state !== null && state !== "unloaded");
    if (given.json === true) await writeOut(`${JSON.stringify(loaded, null, 2)}\n`);
    else if (loaded.length === 0) await writeOut("No model is in memory; the next request loads one.\n");
    else await writeOut(render(loaded, terminalWidth()));
    return 0;
  }),
});

type Loaded = { name: string } & ReturnType<typeof toLiveState>;

function render(loaded: Loaded[], width: number | null): string {
  return renderFitted(fitTable(header, loaded.map(toRow), width, ["ENGINE", "TOKENS/S", "RUNNING"]), width);
}

function toRow(model: Loaded): string[] {
  const { name, state, device, engine, memory_bytes, running, waiting, tokens_per_second, idle_unload_at } =
    model;
  const left = idle_unload_at === null ? "-" : `in ${renderAge(idle_unload_at - Date.now() / 1000)}`;
  return [
    toOneLine(name),
    toOneLine(state ?? "-"),
    toOneLine(device ?? "-"),
    engine ?? "-",
    memory_bytes === null ? "-" : renderBytes(memory_bytes),
    waiting ? `${running} (${waiting} waiting)` : `${running ?? 0}`,
    tokens_per_second === null ? "-" : `${tokens_per_second}`,
    left,
  ];
}
