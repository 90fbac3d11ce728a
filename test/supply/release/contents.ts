import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import packageFile from "../../../package.json";
import { must } from "../must.ts";
import { readBunVersion } from "../npm-locks.ts";
import { renderSbom } from "../sbom.ts";
import { readText, root } from "../text.ts";
import { type Architecture, bringRuntime } from "./runtime.ts";

/** What is the same for every architecture. */
export interface CommonParts {
  /** With the address of the release in it. */
  installScript: string;
  sbom: string;
  man: string;
  completions: { bash: string; zsh: string; fish: string };
}

export async function readCommonParts(releaseUrl: string): Promise<CommonParts> {
  const [bash, zsh, fish, man, sbom] = await Promise.all([
    ...["bash", "zsh", "fish"].map((shell) => say("completion", shell)),
    say("man"),
    renderSbom(),
  ]);
  return {
    installScript: toInstallScript(readText("install.sh"), releaseUrl),
    sbom: `${sbom}\n`,
    man: man ?? "",
    completions: { bash: bash ?? "", zsh: zsh ?? "", fish: fish ?? "" },
  };
}

/** From the sources: an executable for another machine does not run here. */
async function say(...words: string[]): Promise<string> {
  return await must([process.execPath, join(root, "cli/main.ts"), ...words]);
}

/** `releaseUrl` in single quotes of a shell, so it is checked; an empty one leaves it out. */
export function toInstallScript(text: string, releaseUrl: string): string {
  if (releaseUrl !== "" && !/^https?:\/\/[\w.:/~%+@-]+$/.test(releaseUrl)) {
    throw new Error(`"${releaseUrl}" is not the address of a release: expected http(s)://…, without query`);
  }
  const line = /^release_url=$/m;
  if (!line.test(text)) throw new Error("install.sh has no place for the release's address");
  return text.replace(line, () => `release_url='${releaseUrl.replace(/\/$/, "")}'`);
}

/**
 * The executable for that architecture, as `bun run build` makes it, in `folder`. The same sources give the same bytes: its
 * name is in it, no time and no path.
 */
export async function buildExecutable(architecture: Architecture, folder: string): Promise<Uint8Array> {
  if (Bun.version !== readBunVersion()) {
    throw new Error(`A release is built by bun ${readBunVersion()}, and this is ${Bun.version}`);
  }
  mkdirSync(folder, { recursive: true });
  const executable = join(folder, "ov-llm");
  const [, ...args] = packageFile.scripts.build.split(" ");
  const target = [
    `--target=bun-linux-${architecture}`,
    `--compile-executable-path=${await bringRuntime(architecture)}`,
  ];
  await Bun.$`${process.execPath} ${args.slice(0, -1)} ${executable} ${target}`.cwd(root).quiet();
  return readFileSync(executable);
}
