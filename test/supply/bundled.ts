import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { root } from "./text.ts";

const Manifest = Type.Object({
  name: Type.String(),
  version: Type.String(),
  license: Type.String(),
});

export interface BundledPackage extends Static<typeof Manifest> {
  /** Its licence and notices, as the files in it say. */
  texts: string[];
}

/** The two entries of the executable, as `bun run build` names them, and that of the page inside it. */
const builds = [
  { entries: ["cli/main.ts", "src/daemon/thread.ts"], target: "bun" },
  { entries: ["src/page/client/main.tsx", "src/page/client/style.css"], target: "browser" },
] as const;

/** The npm packages of which code is in the executable, by name. */
export async function findBundled(): Promise<BundledPackage[]> {
  const inputs = (await Promise.all(builds.map(findInputs))).flat();
  const folders = new Set(
    inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const packages = [...folders].map((folder) =>
    readPackage(join(root, folder.replace(/^.*?(?=node_modules\/)/, ""))),
  );
  const order = new Intl.Collator("en");
  return packages.sort((one, other) => order.compare(one.name, other.name));
}

async function findInputs({ entries, target }: (typeof builds)[number]): Promise<string[]> {
  const entrypoints = entries.map((path) => join(root, path));
  const build = await Bun.build({ entrypoints, root, target, metafile: true });
  return Object.keys(build.metafile?.inputs ?? {});
}

function readPackage(folder: string): BundledPackage {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!Value.Check(Manifest, manifest)) throw new Error(`${folder} names no version or licence`);
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  if (names.length === 0) throw new Error(`${folder} brings no text of its licence`);
  const texts = names
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r", "").trim());
  const { name, version, license } = manifest;
  return { name, version, license, texts };
}
