import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repo } from "./server.ts";

export interface StandInOptions {
  /** Of openvino-genai-node; what it asks of openvino-node is of the same version. */
  version?: string;
  openvinoVersion?: string;
  /** What the library says of itself. */
  buildNumber?: string;
  devices?: string[];
  /** The addon ends the process when it is loaded, as one that does not fit its libraries does. */
  crashes?: boolean;
  /** setChatTemplate has no effect. */
  keepsTemplate?: boolean;
}

/** Lays the stand-in for the two npm packages out as npm does; returns the node_modules folder. */
export function installStandIn(folder: string, options: StandInOptions = {}): string {
  const { version = "2026.4.0", openvinoVersion = "2026.4.0", buildNumber, devices, ...genai } = options;
  const dir = join(folder, "node_modules");
  write(dir, "openvino-genai-node", "genai.js", "genai_node_addon.node", {
    type: "module",
    version,
    dependencies: { "openvino-node": version },
    standIn: genai,
  });
  const standIn = { ...(buildNumber && { buildNumber }), ...(devices && { devices }) };
  write(dir, "openvino-node", "openvino.js", "ov_node_addon.node", { version: openvinoVersion, standIn });
  return dir;
}

function write(dir: string, name: string, source: string, addon: string, file: object): void {
  const root = join(dir, name);
  for (const part of ["dist", "bin"]) mkdirSync(join(root, part), { recursive: true });
  writeFileSync(join(root, "package.json"), JSON.stringify({ name, main: "./dist/index.js", ...file }));
  cpSync(join(repo, "test/fakes/addon", source), join(root, "dist/index.js"));
  writeFileSync(join(root, "bin", addon), "");
}

/** A folder that looks like an OpenVINO model; `behaviour`: see test/fakes/addon/genai.js. */
export function writeStandInModel(folder: string, behaviour = "", contextLength = 512): string {
  mkdirSync(folder, { recursive: true });
  for (const name of ["openvino_model.xml", "openvino_tokenizer.xml", "openvino_detokenizer.xml"])
    writeFileSync(join(folder, name), "<net/>");
  writeFileSync(join(folder, "openvino_model.bin"), "weights");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ max_position_embeddings: contextLength }));
  writeFileSync(join(folder, "behaviour"), behaviour);
  return folder;
}
