import { defineCommand } from "citty";
import { action, UsageError } from "../action.ts";

export const mesh = defineCommand({
  meta: {
    name: "mesh",
    description: "Put many boxes behind one LiteLLM proxy",
  },
  // Loaded when called, like the commands themselves.
  subCommands: {
    config: () => import("./mesh/config.ts").then(({ config }) => config),
    check: () => import("./mesh/check.ts").then(({ check }) => check),
  },
  run: action(async () => {
    throw new UsageError('"ov-llm mesh" needs one more word: config or check. See "ov-llm mesh --help".');
  }),
});
