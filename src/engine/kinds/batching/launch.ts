import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import arrivals from "../../../hosts/batching/arrivals.py" with { type: "text" };
import audio from "../../../hosts/batching/audio.py" with { type: "text" };
import base from "../../../hosts/batching/base.py" with { type: "text" };
import batch from "../../../hosts/batching/batch.py" with { type: "text" };
import classify from "../../../hosts/batching/classify.py" with { type: "text" };
import control from "../../../hosts/batching/control.py" with { type: "text" };
import copies from "../../../hosts/batching/copies.py" with { type: "text" };
import decoder from "../../../hosts/batching/decoder.py" with { type: "text" };
import device from "../../../hosts/batching/device.py" with { type: "text" };
import embed from "../../../hosts/batching/embed.py" with { type: "text" };
import encoder from "../../../hosts/batching/encoder.py" with { type: "text" };
import ends from "../../../hosts/batching/ends.py" with { type: "text" };
import engine from "../../../hosts/batching/engine.py" with { type: "text" };
import generationConfig from "../../../hosts/batching/generation_config.py" with { type: "text" };
import grammars from "../../../hosts/batching/grammars.py" with { type: "text" };
import guesser from "../../../hosts/batching/guesser.py" with { type: "text" };
import heldGrammars from "../../../hosts/batching/held_grammars.py" with { type: "text" };
import host from "../../../hosts/batching/host.py" with { type: "text" };
import hugePages from "../../../hosts/batching/huge_pages.py" with { type: "text" };
import imageGrid from "../../../hosts/batching/image_grid.py" with { type: "text" };
import imageMarks from "../../../hosts/batching/image_marks.py" with { type: "text" };
import imageTokens from "../../../hosts/batching/image_tokens.py" with { type: "text" };
import jobs from "../../../hosts/batching/jobs.py" with { type: "text" };
import language from "../../../hosts/batching/language.py" with { type: "text" };
import layers from "../../../hosts/batching/layers.py" with { type: "text" };
import logprobs from "../../../hosts/batching/logprobs.py" with { type: "text" };
import lookup from "../../../hosts/batching/lookup.py" with { type: "text" };
import messages from "../../../hosts/batching/messages.py" with { type: "text" };
import odds from "../../../hosts/batching/odds.py" with { type: "text" };
import ownMemory from "../../../hosts/batching/own_memory.py" with { type: "text" };
import pictureRoom from "../../../hosts/batching/picture_room.py" with { type: "text" };
import pictures from "../../../hosts/batching/pictures.py" with { type: "text" };
import pieces from "../../../hosts/batching/pieces.py" with { type: "text" };
import pooling from "../../../hosts/batching/pooling.py" with { type: "text" };
import prefixes from "../../../hosts/batching/prefixes.py" with { type: "text" };
import prompts from "../../../hosts/batching/prompts.py" with { type: "text" };
import rank from "../../../hosts/batching/rank.py" with { type: "text" };
import request from "../../../hosts/batching/request.py" with { type: "text" };
import speculation from "../../../hosts/batching/speculation.py" with { type: "text" };
import speech from "../../../hosts/batching/speech.py" with { type: "text" };
import spelling from "../../../hosts/batching/spelling.py" with { type: "text" };
import stages from "../../../hosts/batching/stages.py" with { type: "text" };
import text from "../../../hosts/batching/text.py" with { type: "text" };
import tokens from "../../../hosts/batching/tokens.py" with { type: "text" };
import vision from "../../../hosts/batching/vision.py" with { type: "text" };
import windows from "../../../hosts/batching/windows.py" with { type: "text" };
import yesNo from "../../../hosts/batching/yes_no.py" with { type: "text" };
import { makeTemporaryFolder } from "../../../linux/folders.ts";
import type { Variables } from "../../../linux/program.ts";
import type { Launcher } from "../kind.ts";
import { toBatchingProperties } from "./supports.ts";

/** The host's sources, embedded in the executable; a test holds that each file of the folder is here. */
export const hostSources = {
  "arrivals.py": arrivals,
  "audio.py": audio,
  "base.py": base,
  "batch.py": batch,
  "classify.py": classify,
  "control.py": control,
  "copies.py": copies,
  "decoder.py": decoder,
  "device.py": device,
  "embed.py": embed,
  "encoder.py": encoder,
  "ends.py": ends,
  "engine.py": engine,
  "generation_config.py": generationConfig,
  "grammars.py": grammars,
  "guesser.py": guesser,
  "held_grammars.py": heldGrammars,
  "host.py": host,
  "huge_pages.py": hugePages,
  "image_grid.py": imageGrid,
  "image_marks.py": imageMarks,
  "image_tokens.py": imageTokens,
  "jobs.py": jobs,
  "language.py": language,
  "layers.py": layers,
  "logprobs.py": logprobs,
  "lookup.py": lookup,
  "messages.py": messages,
  "odds.py": odds,
  "own_memory.py": ownMemory,
  "picture_room.py": pictureRoom,
  "pictures.py": pictures,
  "pieces.py": pieces,
  "pooling.py": pooling,
  "prefixes.py": prefixes,
  "prompts.py": prompts,
  "rank.py": rank,
  "request.py": request,
  "speech.py": speech,
  "speculation.py": speculation,
  "spelling.py": spelling,
  "stages.py": stages,
  "text.py": text,
  "tokens.py": tokens,
  "vision.py": vision,
  "windows.py": windows,
  "yes_no.py": yesNo,
};

const prefix = "ov-llm-host-";

export interface BatchingLauncher extends Launcher {
  /** Removes the written sources. */
  remove(): void;
}

/**
 * Writes the host's sources to a private folder and returns the command that runs them.
 * `env`: what the host inherits; names that would redirect Python's imports are left out.
 */
export function createBatchingLauncher(python: string, env: Variables): BatchingLauncher {
  const folder = makeTemporaryFolder(`${prefix}${process.pid}-`);
  for (const [name, text] of Object.entries(hostSources))
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  removeLeftovers();
  const {
    PYTHONPATH: _path,
    PYTHONHOME: _home,
    OV_API_KEY: _key,
    NOTIFY_SOCKET: _socket,
    ...inherited
  } = env;
  return {
    engine: "batching",
    argv: [python, "-u", join(folder, "host.py")],
    env: { ...inherited, PYTHONDONTWRITEBYTECODE: "1", PYTHONNOUSERSITE: "1" },
    toProperties: toBatchingProperties,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What killed daemons left behind; the name holds each one's process id. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^(\d+)-/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "") ?? [];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's: it is theirs to remove.
    }
  }
}
