import { Model } from "../../src/api/openai/models.ts";
import { loadSettings } from "../../src/config/load.ts";
import { toFlags } from "../args.ts";
import { askServer, findServer } from "../server.ts";

/**
 * Has the running server load or unload a model, waits, and returns the model as it is then. Throws what
 * the server reports against it.
 */
export async function actOnModel(flags: Record<string, unknown>, what: "load" | "unload"): Promise<Model> {
  const { settings } = loadSettings({ flags: toFlags(flags) });
  const [name = ""] = Array.isArray(flags._) ? flags._.map(String) : [];
  const path = `/v1/models/${encodeURIComponent(name)}/${what}`;
  // The server itself ends it after OV_REQUEST_SECONDS; its own may be set otherwise, but rarely longer.
  const seconds = settings.requestSeconds + 10;
  return await askServer(findServer(flags), path, Model, seconds, { method: "POST" });
}
