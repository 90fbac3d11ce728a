import { OvError } from "../errors.ts";

/** The parts of `owner/name`. */
export interface RepoName {
  owner: string;
  /** Fit to be a folder's name: never `.`, `..` or one that starts like a flag. */
  name: string;
}

/** For messages: what `parseRepoName` takes. */
export const repoForm = "owner/name, as in Qwen/Qwen2.5-3B-Instruct";

/**
 * The hub's rule for the names of models (https://huggingface.co/docs/huggingface_hub, validate_repo_id), with an owner
 * required; null: the text is not one.
 */
export function parseRepoName(text: string): RepoName | null {
  const [, owner, name] = /^([A-Za-z0-9][\w.-]*)\/([A-Za-z0-9][\w.-]*)$/.exec(text) ?? [];
  const isForbidden = text.length > 96 || /--|\.\.|[.-](\/|$)|\.git$/.test(text);
  return owner === undefined || name === undefined || isForbidden ? null : { owner, name };
}

/** The same; throws `download_failed` for anything else. */
export function toRepoName(text: string): RepoName {
  const repo = parseRepoName(text);
  if (repo !== null) return repo;
  const what = `Cannot download ${JSON.stringify(text)}`;
  throw new OvError("download_failed", { what, why: `expected ${repoForm}` });
}
