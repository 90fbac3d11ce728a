import type { LoadedSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/settings.ts";
import { chooseModel, listDevices } from "../../src/doctor/choose.ts";
import { type Comparison, compareTrials } from "../../src/doctor/compare.ts";
import type { ModelFacts, Subject } from "../../src/doctor/subject.ts";
import { runTrials, type Trial } from "../../src/doctor/trial.ts";
import { setEntry } from "../../src/library/edit.ts";
import { createTrialLoader } from "../../src/library/trial.ts";
import { chooseDevice } from "../../src/protocol/device.ts";
import { confirm, isInteractive } from "../confirm.ts";
import { toShellWord } from "../shell-word.ts";
import { createStderrLog, terminalWidth, toOneLine, writeLines, writeOut } from "../terminal.ts";
import { renderTrials } from "./render.ts";

export interface Tried {
  model: ModelFacts;
  trials: Trial[];
  comparison: Comparison;
}

export function toTrialJson({ model, trials, comparison }: Tried) {
  return { model: model.name, ...comparison, devices: trials };
}

/** Whether a person says yes to a trial; where nobody can, or nothing can be tried, no. */
export async function wantsTrial(subject: Subject, signal: AbortSignal): Promise<boolean> {
  const devices = listDevices(subject);
  const isPossible = devices.length > 0 && subject.registry.models.length > 0;
  if (!isInteractive() || !isPossible) return false;
  const question =
    devices.length === 1
      ? `Have a model write a text on ${devices[0]}, to see how fast it is?`
      : "Have a model write the same text on each device, to compare them?";
  return await confirm(question, signal);
}

/** Throws what keeps the model from being tried anywhere. */
export async function tryModel(
  loaded: LoadedSettings,
  subject: Subject,
  asked: string | undefined,
  signal: AbortSignal,
): Promise<Tried> {
  const model = chooseModel(subject, asked);
  const { server } = subject;
  const names = server.state === "answers" ? server.loaded.map(({ name }) => name).join(", ") : "";
  if (names !== "")
    report(`The server has models in memory (${names}); its requests and the trial slow each other down.`);
  const loader = createTrialLoader(loaded, createStderrLog(loaded.settings));
  try {
    const trials = await runTrials({
      loader,
      name: model.name,
      entry: model.entry,
      devices: listDevices(subject),
      signal,
      onStart: (device) => report(`Trying ${model.name} on ${device}`),
      clock: () => performance.now(),
    });
    return { model, trials, comparison: compareTrials(trials) };
  } finally {
    loader.dispose();
  }
}

/** Prints them, and offers to write the best device into the entry where the model runs on another one. */
export async function showTrials(
  { model: { name, entry }, trials, comparison }: Tried,
  settings: Pick<Settings, "device" | "registryPath">,
  subject: Subject,
  signal: AbortSignal,
): Promise<void> {
  const { best } = comparison;
  await writeOut(renderTrials(name, trials, comparison, terminalWidth()));
  const now = chooseDevice((entry.device ?? settings.device).toUpperCase(), listDevices(subject));
  if (best === null || now === best) return;
  const change = `device=${best}`;
  if (isInteractive() && (await confirm(`Write ${change} into the entry of "${name}"?`, signal))) {
    await setEntry(settings.registryPath, name, [change], { force: false });
    return void (await writeLines(`Changed "${name}": ${change}`));
  }
  const command = `ov-llm models set ${toShellWord(name)} ${change}`;
  await writeLines(`It runs on ${now} now. To change that: ${command}`);
}

/** Progress goes to stderr: stdout is for the result. */
function report(line: string): void {
  process.stderr.write(`${toOneLine(line)}\n`);
}
