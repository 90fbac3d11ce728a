import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where things lie by default; each can be moved by a setting except the settings file itself. */
export const defaultPaths = {
  settingsFile: "~/.config/ov-llm-server/ov-server.env",
  registry: "~/models/converted_models/registry.json",
  runtime: "~/.local/share/ov-llm/runtime",
  modelCache: "~/.cache/ov-llm/model-cache",
  modelSrc: "~/model",
  modelOg: "~/model/og_models",
  modelOut: "~/models/converted_models",
  convertEnv: "~/.local/share/ov-llm/convert",
} as const;

type Variables = Record<string, string | undefined>;

/** What was typed in chats. */
export const toChatHistoryPath = (variables: Variables) => join(toStateFolder(variables), "chat-history");

/** The log of a server that a chat started for itself. */
export const toChatServerLog = (variables: Variables, port: number) =>
  join(toStateFolder(variables), `chat-server-${port}.log`);

/** What `ov-llm tune` found, model by model. */
export const toTuningsPath = (variables: Variables) => join(toStateFolder(variables), "tunings.json");

/** XDG Base Directory Specification, "XDG_STATE_HOME". */
function toStateFolder(variables: Variables): string {
  const state = variables.XDG_STATE_HOME;
  const folder = state?.startsWith("/") ? state : expandPath("~/.local/state", variables.HOME);
  return join(folder, "ov-llm");
}

/** `~` and `~/x` under the home folder; everything else made absolute from the working folder. */
export function expandPath(path: string, home: string = homedir()): string {
  if (path === "~") return home;
  if (path.startsWith("~/")) return join(home, path.slice(2));
  return resolve(path);
}
