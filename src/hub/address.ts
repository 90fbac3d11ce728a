import { join } from "node:path";
import { readTextFile } from "../files.ts";
import type { Variables } from "../linux/program.ts";

/** Where the hub is, and who asks it. */
export interface HubAddress {
  /** Without a slash at its end. */
  endpoint: string;
  token: string | null;
}

/** Hosts under which the hub is known; a mirror (HF_ENDPOINT) stands for them. */
const knownHosts: readonly string[] = ["huggingface.co", "hf.co"];

/**
 * As the hub's own clients find it: HF_ENDPOINT, HF_TOKEN, or the token that a log-in left
 * (https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables).
 */
export function findHub(variables: Variables): HubAddress {
  const endpoint = variables.HF_ENDPOINT || `https://${knownHosts[0]}`;
  return { endpoint: endpoint.replace(/\/+$/, ""), token: readToken(variables) };
}

function readToken(variables: Variables): string | null {
  const given = (variables.HF_TOKEN || variables.HUGGING_FACE_HUB_TOKEN)?.trim();
  if (given) return given;
  try {
    return readTextFile(toTokenPath(variables)).trim() || null;
  } catch {
    return null;
  }
}

/** Where a log-in stores the token. */
function toTokenPath({ HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME, HOME = "/" }: Variables): string {
  if (HF_TOKEN_PATH) return HF_TOKEN_PATH;
  return join(HF_HOME || join(XDG_CACHE_HOME || join(HOME, ".cache"), "huggingface"), "token");
}

/** Whether a URL of that host names something on the hub. */
export function isHubHost(host: string, { endpoint }: Pick<HubAddress, "endpoint">): boolean {
  return knownHosts.includes(host) || (URL.canParse(endpoint) && new URL(endpoint).host === host);
}
