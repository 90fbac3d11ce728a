/**
 * `bun run licences`: writes THIRD_PARTY_LICENSES.txt, which is installed beside the executable: the licences of all that is
 * inside it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BundledPackage, findBundled } from "./bundled.ts";
import { readBunVersion } from "./npm-locks.ts";
import { root } from "./text.ts";

export const thirdParty = "THIRD_PARTY_LICENSES.txt";

const line = "=".repeat(78);
const preface = `The executable of ov-llm contains the software below, each part under its own licence. What \`ov-llm setup\`
fetches (Python packages, the native engine, the starter model) brings its licences along; \`bun run sbom\` lists it.

Written by \`bun run licences\`; do not edit.`;

export async function renderThirdParty(): Promise<string> {
  const parts = [renderBun(), ...(await findBundled()).map(renderPackage)];
  return `${[preface, ...parts].join(`\n\n${line}\n`)}\n`;
}

function renderPackage({ name, version, license, texts }: BundledPackage): string {
  return [`${name} ${version} (${license})`, ...texts].join("\n\n");
}

/** Bun's own page on what it is made of, which comes with its types. */
function renderBun(): string {
  const page = readFileSync(join(root, "node_modules/bun-types/docs/project/license.mdx"), "utf8");
  const text = page.replace(/^---\n[\s\S]*?\n---\n/, "").trim();
  return `Bun ${readBunVersion()}, the runtime\n\n${text}`;
}

if (import.meta.main) writeFileSync(join(root, thirdParty), await renderThirdParty());
