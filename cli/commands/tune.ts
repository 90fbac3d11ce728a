import type { TSchema } from "@sinclair/typebox";
import { defineCommand } from "citty";
import { HistoryList } from "../../src/api/operate/history.ts";
import { RunningRequestList } from "../../src/api/operate/requests.ts";
import { type LoadedSettings, loadSettings } from "../../src/config/load.ts";
import { toTuningsPath } from "../../src/config/paths.ts";
import { checkTriable } from "../../src/doctor/trial.ts";
import { OvError, toReason } from "../../src/errors.ts";
import { readModels } from "../../src/library/edit.ts";
import { listModel } from "../../src/library/list.ts";
import { createTrialLoader } from "../../src/library/trial.ts";
import { keepTuning, withTuneLock } from "../../src/library/tunings.ts";
import { readSnapshot } from "../../src/registry/registry.ts";
import type { RegistryEntry } from "../../src/registry/schema.ts";
import { listCandidates } from "../../src/tune/candidates.ts";
import { findDrafts } from "../../src/tune/drafts.ts";
import { readTuneMachine, toHostsAtOnce, toMostDraftBytes } from "../../src/tune/machine.ts";
import type { ServerWork } from "../../src/tune/options.ts";
import { tune as runTune } from "../../src/tune/run.ts";
import { type Topic, type TuneResult, type Tuning, topics } from "../../src/tuning.ts";
import { action, UsageError } from "../action.ts";
import { readRepeated, toFlags, toServerArgs, toSettingArgs } from "../args.ts";
import { readServer } from "../doctor/server.ts";
import { findRegistered } from "../models/find.ts";
import { askServer, findServer, type Server } from "../server.ts";
import { untilStopped } from "../stop.ts";
import { createStderrLog, terminalWidth, toOneLine, writeOut } from "../terminal.ts";
import { type Offered, offerWinner } from "../tune/offer.ts";
import { checkPage, writePage } from "../tune/page.ts";
import { createTuneProgress } from "../tune/progress.ts";
import { renderTune } from "../tune/render.ts";

const args = {
  name: { type: "positional", valueHint: "model", description: "The model's name or alias" },
  minutes: { type: "string", description: "About how long it may take; default: 5", valueHint: "number" },
  only: {
    type: "string",
    valueHint: "what",
    description: `Try only this: ${topics.join(", ")}; repeatable`,
  },
  html: { type: "string", description: "Also write the result to this file", valueHint: "file" },
  yes: {
    type: "boolean",
    description: "Write faster settings into the entry without asking, unless answers change",
  },
  accept: { type: "boolean", description: "With --yes: write them even if answers change" },
  "dry-run": { type: "boolean", description: "Measure, and change nothing" },
  json: { type: "boolean", description: "Print the result as JSON" },
  ...toSettingArgs(["registryPath", "runtimeDir", "device"]),
  ...toServerArgs(),
} as const;

export const tune = defineCommand({
  meta: { name: "tune", description: "Find out which settings make a model faster on this machine" },
  args,
  run: action<typeof args>(async ({ args: given, rawArgs }) => {
    const loaded = loadSettings({ flags: toFlags(given) });
    const ask = {
      name: given._[0] ?? "",
      minutes: readMinutes(given.minutes),
      only: readRepeated(rawArgs, args, "only").map(readTopic),
      server: findServer(given),
    };
    const quiet = given.json === true;
    const tuningsPath = toTuningsPath(loaded.variables);
    if (typeof given.html === "string") checkPage(given.html);
    return await untilStopped(async (signal) => {
      const { result, entry } = await withTuneLock(tuningsPath, () => measure(loaded, ask, signal));
      if (!quiet) await writeOut(renderTune(result, terminalWidth()));
      const dryRun = given["dry-run"] === true;
      let offered: Offered = { written: false, undo: null };
      try {
        offered = await offerWinner(result, {
          registryPath: loaded.settings.registryPath,
          entry,
          yes: given.yes === true,
          accept: given.accept === true,
          dryRun,
          quiet,
          signal,
        });
      } finally {
        // Whatever comes of the offer: it took minutes.
        if (quiet) await writeOut(`${JSON.stringify({ ...result, ...offered }, null, 2)}\n`);
        const at = new Date().toISOString();
        if (!dryRun) await keep(tuningsPath, { ...result, ...offered, path: entry.path, at });
        // Last: a path that cannot be written costs nothing else.
        if (typeof given.html === "string") await writePage(given.html, result);
      }
      return 0;
    });
  }),
});

interface TuneAsk {
  name: string;
  minutes: number;
  only: Topic[];
  server: Server;
}

interface Measures {
  result: TuneResult;
  /** As it was measured. */
  entry: RegistryEntry;
}

async function measure(loaded: LoadedSettings, ask: TuneAsk, signal: AbortSignal): Promise<Measures> {
  const { settings } = loaded;
  const snapshot = readSnapshot(settings.registryPath);
  const [name, entry] = findRegistered(snapshot, ask.name, settings.registryPath);
  checkTriable(name, entry);
  const { path_problem: problem, size_bytes: bytes } = await listModel(name, entry);
  if (problem !== null) throw new OvError("model_path_invalid", problem);
  await reportServer(ask.server);
  const mostBytes = toMostDraftBytes(bytes ?? 0);
  const mayGuess = ask.only.length === 0 || ask.only.includes("speculation");
  const drafts = mayGuess
    ? await findDrafts({ ...settings, name, entries: snapshot.entries, bytes: bytes ?? 0, mostBytes })
    : [];
  const largest = Math.max(0, ...drafts.map((draft) => draft.bytes));
  const hostsAtOnce = toHostsAtOnce(name, bytes ?? 0, largest);
  const loader = createTrialLoader(loaded, createStderrLog(settings));
  const progress = createTuneProgress({
    write: (text) => void process.stderr.write(text),
    width: process.stderr.isTTY ? process.stderr.columns || 80 : null,
  });
  try {
    const machine = await readTuneMachine(loaded);
    signal.throwIfAborted();
    const result = await runTune({
      loader,
      name,
      entry,
      models: readModels(settings.registryPath),
      hostsAtOnce,
      list: (present) => listCandidates({ ...present, drafts }, machine, ask.only),
      readServer: () => readWork(ask.server),
      minutes: ask.minutes,
      report: progress.report,
      signal,
      clock: () => performance.now(),
    });
    return { result, entry };
  } finally {
    progress.end();
    loader.dispose();
  }
}

/** For the server's page. What cannot be kept costs nothing else. */
async function keep(path: string, tuning: Tuning): Promise<void> {
  const report = (problem: string) => void process.stderr.write(`${toOneLine(problem)}\n`);
  try {
    await keepTuning(path, tuning, report);
  } catch (error) {
    report(`Cannot keep the result in ${JSON.stringify(path)}: ${toReason(error)}`);
  }
}

/** A server with a model in memory leaves less of it, and its requests come first. */
async function reportServer(server: Server): Promise<void> {
  const found = await readServer(server);
  if (found.state !== "answers" || found.loaded.length === 0) return;
  const names = found.loaded.map(({ name }) => name).join(", ");
  const line = `The server has models in memory (${names}). While it answers requests, nothing is measured here.`;
  process.stderr.write(`${toOneLine(line)}\n`);
}

/** A server that does not answer disturbs nothing. */
async function readWork(server: Server): Promise<ServerWork> {
  const ask = <T extends TSchema>(path: string, schema: T) =>
    askServer(server, path, schema, 5).catch(() => null);
  const [running, history] = await Promise.all([
    ask("/v1/requests", RunningRequestList),
    ask("/v1/history", HistoryList),
  ]);
  const minute = history?.data.at(-1);
  return {
    isBusy: running !== null && running.data.length > 0,
    mark: minute === undefined ? "" : `${minute.at} ${minute.requests}`,
  };
}

function readMinutes(text: unknown): number {
  if (typeof text !== "string") return 5;
  const minutes = Number(text);
  if (text.trim() !== "" && minutes > 0 && minutes <= 240) return minutes;
  throw new UsageError(
    `Cannot use --minutes ${JSON.stringify(text)}: expected a number up to 240, such as 10.`,
  );
}

function readTopic(text: string): Topic {
  const topic = topics.find((one) => one === text);
  if (topic !== undefined) return topic;
  throw new UsageError(`Cannot use --only ${JSON.stringify(text)}: expected one of ${topics.join(", ")}.`);
}
