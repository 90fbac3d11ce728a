import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { check } from "../../src/doctor/check.ts";
import { collect } from "../../src/doctor/collect.ts";
import { toThisMachine } from "../../src/doctor/read/machine.ts";
import { describeDevices } from "../../src/engine/kinds/batching/devices.ts";
import { probeEngines } from "../../src/engine/kinds/engines.ts";
import { action } from "../action.ts";
import { toFlags, toServerArgs, toSettingArgs } from "../args.ts";
import { renderDiagnosis } from "../doctor/render.ts";
import { readServer } from "../doctor/server.ts";
import { showTrials, toTrialJson, tryModel, wantsTrial } from "../doctor/trial.ts";
import { findServer } from "../server.ts";
import { untilStopped } from "../stop.ts";
import { terminalWidth, writeOut } from "../terminal.ts";

const args = {
  trial: {
    type: "boolean",
    description: "Also have a model write the same text on each device",
    negativeDescription: "Do not ask whether to",
  },
  model: { type: "string", description: "The model of the trial", valueHint: "name" },
  offline: { type: "boolean", description: "Do not check whether the hub answers" },
  json: { type: "boolean", description: "Print the findings as JSON" },
  ...toSettingArgs(["registryPath", "runtimeDir", "device"]),
  ...toServerArgs(),
} as const;

export const doctor = defineCommand({
  meta: {
    name: "doctor",
    description:
      "Check this machine: is the GPU really used, is everything set up well? Exit code 1 if a check fails",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const loaded = loadSettings({ flags: toFlags(given) });
    const server = findServer(given);
    const isJson = given.json === true;
    return await untilStopped(async (signal) => {
      const subject = await collect({
        loaded,
        machine: toThisMachine(),
        readEngines: () => probeEngines({ ...loaded.settings, variables: loaded.variables }),
        readDevices: () =>
          describeDevices(loaded.settings.runtimeDir, { variables: loaded.variables, signal }),
        readServer: () => readServer(server),
        isOffline: given.offline === true,
        signal,
      });
      const diagnosis = check(subject);
      if (!isJson) await writeOut(renderDiagnosis(diagnosis, terminalWidth()));
      const isWanted = given.trial ?? (!isJson && (await wantsTrial(subject, signal)));
      const tried = isWanted ? await tryModel(loaded, subject, given.model, signal) : null;
      if (isJson) {
        const trial = tried === null ? {} : { trial: toTrialJson(tried) };
        await writeOut(`${JSON.stringify({ ...diagnosis, ...trial }, null, 2)}\n`);
      } else if (tried !== null) await showTrials(tried, loaded.settings, subject, signal);
      return diagnosis.status === "fail" || tried?.comparison.best === null ? 1 : 0;
    });
  }),
});
