import { OvError } from "../../errors.ts";
import { type HubAddress, isHubHost } from "../../hub/address.ts";
import { toQuant } from "../../hub/choose.ts";
import { parseRepoName, repoForm } from "../../hub/names.ts";
import { findKnownModel, type KnownModel, listKnownModels } from "../../library/known-models.ts";
import { findNearest } from "../../nearest.ts";

/** What a person means by a model of the hub. */
export interface Reference {
  /** `owner/name` */
  repo: string;
  /** Which .gguf file; null: not said. */
  quant: string | null;
}

/**
 * Reads `owner/name`, the address of its page or of one of its files, a name of the catalogue, and what Ollama's users add: the
 * hub's host in front, a tag behind. Throws `invalid_request`.
 */
export function parseReference(text: string, hub: Pick<HubAddress, "endpoint">): Reference {
  const asked = text.trim();
  if (/^https?:\/\//i.test(asked)) return parseAddress(asked, hub);
  if (isLocalPath(asked))
    throw unknown(asked, 'Convert or register a model on this machine with "ov-llm convert PATH".');
  const [, path = "", tag] = /^([^:]*?)\/?(?::([^:/]*))?$/.exec(asked) ?? [];
  if (!path.includes("/")) return parseKnown(asked, path, tag);
  const [host = "", ...rest] = path.split("/");
  const repo = rest.length === 2 && isHubHost(host, hub) ? rest.join("/") : path;
  if (parseRepoName(repo) === null) throw unknown(asked);
  return { repo, quant: tag === undefined || tag === "latest" ? null : tag };
}

function parseAddress(asked: string, hub: Pick<HubAddress, "endpoint">): Reference {
  if (!URL.canParse(asked)) throw unknown(asked);
  const { host, pathname } = new URL(asked);
  const [owner = "", name = "", view, revision, ...file] = pathname.split("/").slice(1);
  const repo = `${owner}/${name}`;
  if (!isHubHost(host, hub) || parseRepoName(repo) === null) throw unknown(asked);
  if (view !== undefined && view !== "" && revision !== "main") {
    const why = "only what is on its main branch is fetched";
    throw new OvError("invalid_request", {
      what: `Cannot pull ${JSON.stringify(asked)}`,
      why,
      next: `Pull ${repo}.`,
    });
  }
  return { repo, quant: toQuant(file.join("/")) };
}

/**
 * The model of the catalogue that a short name means; undefined: none. Ollama writes `qwen3-8b` as `qwen3:8b`, and `llama-3.2-3b` as
 * `llama3.2:3b`.
 */
export function findNamed(asked: string): KnownModel | undefined {
  const [name = "", tag] = asked.split(":");
  return findTagged(name, tag);
}

function findTagged(name: string, tag: string | undefined): KnownModel | undefined {
  const tagged = toTagged(name, tag);
  return findKnownModel(tagged) ?? findKnownModel(name) ?? findPlain(tagged);
}

function parseKnown(asked: string, name: string, tag: string | undefined): Reference {
  const found = findTagged(name, tag);
  if (found !== undefined) return { repo: found.repo, quant: null };
  throw new OvError(
    "invalid_request",
    {
      what: `Cannot pull ${JSON.stringify(asked)}`,
      why: 'no model of "ov-llm catalog" has that name',
      next: `${guess(toTagged(name, tag))}Give a model of the hub as ${repoForm}.`,
    },
    { param: "model" },
  );
}

function toTagged(name: string, tag: string | undefined): string {
  return tag === undefined || tag === "latest" ? name : `${name}-${tag}`;
}

/** The only model of the catalogue whose name differs in nothing but what stands between letters and digits. */
function findPlain(asked: string): KnownModel | undefined {
  const [found, ...others] = listKnownModels().filter(({ name }) => toPlain(name) === toPlain(asked));
  return others.length === 0 ? found : undefined;
}

const mostGuessed = 6;

/** The names of the catalogue that start like it, whatever stands between letters and digits; else the nearest one. */
function guess(asked: string): string {
  const names = listKnownModels().map((model) => model.name);
  const start = toPlain(asked);
  const family = start.length < 3 ? [] : names.filter((name) => toPlain(name).startsWith(start));
  const [near] = findNearest(asked, names);
  const meant = family.length > 0 || near === undefined ? family : [near];
  if (meant.length === 0) return "";
  const shown = meant.slice(0, mostGuessed).map((name) => JSON.stringify(name));
  return `Did you mean ${shown.join(", ")}${meant.length > mostGuessed ? ", …" : ""}? `;
}

function toPlain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Whether a text names a file or a folder on this machine, not a model of the hub. */
export function isLocalPath(asked: string): boolean {
  return /^(\.{0,2}\/|~)/.test(asked) || /^[^:]*\.gguf$/i.test(asked);
}

function unknown(asked: string, next?: string): OvError {
  return new OvError(
    "invalid_request",
    {
      what: `Cannot pull ${JSON.stringify(asked)}`,
      why: `expected a model of the hub, ${repoForm}, or a name of "ov-llm catalog"`,
      ...(next !== undefined && { next }),
    },
    { param: "model" },
  );
}
