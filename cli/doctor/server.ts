import { ModelList } from "../../src/api/openai/models.ts";
import { Health } from "../../src/api/operate/health.ts";
import type { AnsweringServer, LoadedFacts, SilentServer } from "../../src/doctor/subject.ts";
import { toReason } from "../../src/errors.ts";
import { askServer, type Server } from "../server.ts";

/** Asks the server what it is; that none answers is a fact. */
export async function readServer(server: Server): Promise<AnsweringServer | SilentServer> {
  const { url } = server;
  try {
    const { version, reason } = await askServer(server, "/health", Health, 5);
    return { state: "answers", url, version, reason, loaded: await readLoaded(server) };
  } catch (error) {
    return { state: "silent", url, problem: toReason(error) };
  }
}

/** A server that wants another key shows nothing. */
async function readLoaded(server: Server): Promise<LoadedFacts[]> {
  const list = await askServer(server, "/v1/models", ModelList, 5).catch(() => null);
  const own = list?.data.filter(({ loaded, parent }) => loaded && parent === null) ?? [];
  return own.map(({ id, device }) => ({ name: id, device }));
}
