import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { forEachLine } from "../../linux/lines.ts";
import type { Variables } from "../../linux/program.ts";
import { toConverterVariables } from "../environment/variables.ts";
import { type FailedRun, toStage } from "./output.ts";
import { killGroup, noteExporter, readMemoryOf } from "./process.ts";

export interface ExportProgress {
  stage: string;
  /** As the exporter prints it; null: it does not. */
  percent: number | null;
  seconds: number;
  /** Of the exporter and its children, in bytes. */
  memory: number;
}

export interface ExporterOptions {
  command: string[];
  variables: Variables;
  /** Gets everything that it prints. */
  logPath: string;
  /** Where its process is noted while it runs. */
  notePath: string;
  signal: AbortSignal;
  onProgress: (progress: ExportProgress) => void;
  /** Gets each line that it prints. */
  onLine: (line: string) => void;
}

const tailLines = 200;
const tickMs = 1000;
const patienceMs = 5000;

/**
 * Runs the exporter to its end in a process group of its own. Resolves to null when it succeeded, else to how it
 * ended; if the signal aborts, throws its reason once the whole group has ended.
 */
export async function runExporter(options: ExporterOptions): Promise<FailedRun | null> {
  const { command, variables, notePath, signal, onProgress } = options;
  signal.throwIfAborted();
  const write = createLogFile(options.logPath, command);
  const lines: string[] = [];
  const started = performance.now();
  let stage = "starting";
  let percent: number | null = null;
  const child = Bun.spawn(command, {
    stdio: ["ignore", "pipe", "pipe"],
    env: toConverterVariables(variables),
    // A group of its own: Ctrl-C reaches it through us alone, and its children end with it.
    detached: true,
  });
  noteExporter(notePath, child.pid);
  const report = () =>
    onProgress({
      stage,
      percent,
      seconds: (performance.now() - started) / 1000,
      memory: readMemoryOf(child.pid),
    });
  const see = (line: string) => {
    options.onLine(line);
    lines.push(line);
    if (lines.length > tailLines) lines.shift();
    const next = toStage(line);
    if (next === null) return;
    const isNew = next.text !== stage;
    [stage, percent] = [next.text, next.percent];
    if (isNew) report();
  };
  const ticker = setInterval(report, tickMs);
  const stop = () => {
    killGroup(child.pid, "SIGTERM");
    setTimeout(() => killGroup(child.pid, "SIGKILL"), patienceMs).unref();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    report();
    const read = Promise.all([child.stdout, child.stderr].map((stream) => forEachLine(stream, see, write)));
    await child.exited;
    // Its children may hold the pipes open, so they end with it.
    killGroup(child.pid, "SIGKILL");
    await Promise.race([read, Bun.sleep(patienceMs)]);
    signal.throwIfAborted();
    return child.exitCode === 0 ? null : { lines, exitCode: child.exitCode, signal: child.signalCode };
  } finally {
    clearInterval(ticker);
    signal.removeEventListener("abort", stop);
    rmSync(notePath, { force: true });
  }
}

/** If the log cannot be written, as on a full disk, the conversion continues without it. */
function createLogFile(path: string, command: string[]): (text: string) => void {
  const attempt = (work: () => void) => {
    try {
      work();
    } catch {}
  };
  attempt(() => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      `${new Date().toISOString()} ${command.map((word) => JSON.stringify(word)).join(" ")}\n`,
    );
  });
  return (text) => attempt(() => appendFileSync(path, text));
}
