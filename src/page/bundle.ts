import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The page's files as text, by the name that they have below /page/. */
export interface BundledPage {
  "index.html": string;
  "page.js": string;
  "page.css": string;
  "icon.svg": string;
}

/**
 * Bundles the page. Called as a macro: Bun runs it while it transpiles the caller, in `bun build` as well as from the
 * sources, and puts what it returns in the place of the call. Throws what Bun's bundler reports.
 */
export function bundlePage(): BundledPage {
  const folder = join(import.meta.dir, "client");
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const assets = {
    "page.js": build(folder, "main.tsx"),
    "page.css": build(folder, "style.css"),
    "icon.svg": read("icon.svg"),
  };
  // The addresses change with their contents, so browsers may keep them.
  const index = Object.entries(assets).reduce(
    (html, [name, text]) => html.replaceAll(`/page/${name}`, `/page/${name}?${digest(text)}`),
    read("index.html"),
  );
  return { "index.html": index, ...assets };
}

/** In a process of its own: a macro is called within a bundler. */
function build(folder: string, name: string): string {
  const command = [process.execPath, "build", "--target=browser", "--minify", join(folder, name)];
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd: folder });
  if (exitCode !== 0) throw new Error(`The page cannot be bundled: ${stderr.toString()}`);
  return stdout.toString();
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
