import { renderBytes } from "../../src/bytes.ts";
import type { LoadedSettings } from "../../src/config/load.ts";
import { createConverter } from "../../src/convert/environment/converter.ts";
import type { ConvertEvent } from "../../src/convert/events.ts";
import { findFetched } from "../../src/convert/pull/fetch.ts";
import { parseReference, type Reference } from "../../src/convert/pull/reference.ts";
import { OvError } from "../../src/errors.ts";
import { findHub } from "../../src/hub/address.ts";
import { chooseFiles } from "../../src/hub/choose.ts";
import { createHub } from "../../src/hub/hub.ts";
import {
  findConversionLack,
  findKnownRepo,
  type KnownModel,
  readMemory,
  writesText,
} from "../../src/library/known-models.ts";
import { isThisMachine } from "../../src/library/local-address.ts";
import { renderLack, runPull, toPullOptions } from "../convert/pull.ts";
import { createStderrView } from "../convert/run.ts";
import type { Server } from "../server.ts";
import type { Missing, ModelCommand } from "./missing.ts";

/** Whoever sits at the terminal of a chat. */
export interface Person {
  /** `blank`: what an empty line means. */
  confirm(question: string, blank: boolean): Promise<boolean>;
  /** Work that takes long; its signal aborts when the person stops it. */
  whileBusy<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  report(sentence: string): Promise<void>;
}

export interface OfferOptions {
  server: Server;
  loaded: LoadedSettings;
  person: Person;
  command: ModelCommand;
}

/**
 * The name of the model to chat with in place of one that is missing: what was pulled from there before, one that is near, if
 * that was meant, else the model itself, which is pulled once its size is confirmed. null: nobody wants what was offered. Throws
 * the missing one's error where there is nothing to offer, and what keeps a pull from its end.
 */
export async function offerModel(
  { asked, near, error }: Missing,
  options: OfferOptions,
): Promise<string | null> {
  const { server, loaded, person } = options;
  const reference = isThisMachine(server.url) ? toReference(asked, loaded) : null;
  const wanted = reference && { ...reference, reuse: true, unattended: false };
  const present = wanted && findFetched(wanted, loaded.settings);
  if (present !== null) {
    await person.report(`${present.repo} is registered as ${quote(present.name)}.`);
    return present.name;
  }
  const [nearest] = near;
  if (nearest !== undefined) {
    const question = `There is no model ${quote(asked)} here. Did you mean ${quote(nearest)}?`;
    // A name that can be pulled is hardly a slip, unless it is the same one in other writing.
    const isMeant = reference === null || toLetters(asked) === toLetters(nearest);
    if (await person.confirm(question, isMeant)) return nearest;
    if (reference === null) return null;
  }
  if (reference === null) throw error;
  const brought = await person.whileBusy((signal) => describe(reference, options, signal));
  if (!(await person.confirm(`${quote(asked)} is not here yet. Pull ${brought}?`, true))) return null;
  return await person.whileBusy((signal) => pull(asked, reference, options, signal));
}

/** What is left of a name without case and punctuation. */
const toLetters = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** null: `ov-llm pull` does not take it. */
function toReference(asked: string, { variables }: LoadedSettings): Reference | null {
  try {
    return parseReference(asked, findHub(variables));
  } catch {
    return null;
  }
}

/** What a pull would bring, after its warnings. Throws where the hub has no such model, or one that does not chat. */
async function describe(
  { repo, quant }: Reference,
  { loaded, person, command }: OfferOptions,
  signal: AbortSignal,
): Promise<string> {
  const known = findKnownRepo(repo);
  if (known !== undefined) refuseSilent(known);
  const { kind, files } = chooseFiles(await createHub(loaded.variables).list(repo, signal), quant);
  const lack = kind === "weights" ? findConversionLack(repo, readMemory()) : null;
  if (lack !== null) await person.report(`Warning: ${renderLack(lack, command)}`);
  const bytes = files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  const facts = [
    `${renderBytes(bytes)} to fetch`,
    ...(kind === "weights" ? [await describeConversion(loaded)] : []),
    ...(known === undefined
      ? []
      : [`licence: ${known.licence}${known.gated ? ", to accept on the hub first" : ""}`]),
  ];
  return `${repo} (${facts.join("; ")})`;
}

async function describeConversion(loaded: LoadedSettings): Promise<string> {
  const conversion = `to be converted to ${loaded.settings.weightFormat}`;
  const isReady = await createConverter(loaded).isReady();
  return isReady
    ? conversion
    : `${conversion} by the converter, which is installed first (about 2 GB of disk)`;
}

function refuseSilent(known: KnownModel): void {
  if (writesText(known)) return;
  throw new OvError("task_unsupported", {
    what: `Cannot chat with ${quote(known.name)}`,
    why: `its task is ${known.task}`,
    next: `"ov-llm pull ${known.name}" gets it for other requests.`,
  });
}

/** Resolves to its name in the registry. */
async function pull(
  asked: string,
  { repo, quant }: Reference,
  { loaded, command }: OfferOptions,
  signal: AbortSignal,
): Promise<string> {
  const view = createStderrView({ inChat: true });
  const names: string[] = [];
  await runPull(toPullOptions(loaded, { repo, quant, unattended: false }), {
    view(event) {
      view(event);
      names.push(...toRegistered(event));
    },
    json: false,
    signal,
  });
  const [name] = names;
  if (name !== undefined) return name;
  throw new OvError("model_not_found", {
    what: `Cannot chat with ${quote(asked)}`,
    why: "it was not pulled, for the reason above",
    next: `"${command} ${asked}" tries again.`,
  });
}

function toRegistered(event: ConvertEvent): string[] {
  if (event.type === "present") return [event.name];
  return event.type === "converted" || event.type === "registered" ? [event.registeredAs] : [];
}

const quote = (text: string) => JSON.stringify(text);
