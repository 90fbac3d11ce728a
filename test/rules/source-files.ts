import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dir, "../..");

export interface SourceFile {
  /** From the top of the repository, as `src/http/app.ts`. */
  path: string;
  /** `cli`, or the folder or file directly under src, as `http` or `errors`. */
  area: string;
  /** Every module that it names, types included; ours as a path from the top, others as they are written. */
  imports: string[];
  /** Those of them that are only loaded when they are needed: `await import("…")`. */
  lazy: string[];
  /** The program without comments and types. */
  code: string;
}

// `import … from "x"`, `export … from "x"`, `import "x"`, `import("x")`, at the places where code has them.
const staticImport = /^\s*(?:import|(?:import|export)\s[^"'()=;]*?\bfrom)\s*["']([^"']+)["']/gm;
const lazyImport = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

export async function readSourceFiles(folders = "{src,cli}"): Promise<SourceFile[]> {
  const paths = [...new Bun.Glob(`${folders}/**/*.{ts,tsx}`).scanSync(root)].filter(
    (path) => !path.endsWith(".d.ts"),
  );
  return await Promise.all(paths.sort().map(readSourceFile));
}

async function readSourceFile(path: string): Promise<SourceFile> {
  const text = await Bun.file(join(root, path)).text();
  return { path, area: toArea(path), ...parseImports(text, path), code: toCode(text, path) };
}

export function parseImports(text: string, path: string): { imports: string[]; lazy: string[] } {
  const source = text.replace(/^\s*(\/\/|\/?\*).*$/gm, "");
  const find = (pattern: RegExp) =>
    [...source.matchAll(pattern)].map(([, name = ""]) => toModule(name, path));
  const lazy = find(lazyImport);
  return { imports: [...find(staticImport), ...lazy], lazy };
}

function toModule(name: string, importer: string): string {
  return name.startsWith(".") ? relative(root, join(root, dirname(importer), name)) : name;
}

export function toArea(path: string): string {
  const [top = "", second = ""] = path.split("/");
  return top === "src" ? second.replace(/\.ts$/, "") : top;
}

function toCode(text: string, path: string): string {
  // Else the transpiler would call the macro.
  const source = text.replace(' with { type: "macro" }', "");
  return new Bun.Transpiler({ loader: path.endsWith("x") ? "tsx" : "ts" }).transformSync(source);
}

export function isOurs(module: string): boolean {
  return module.startsWith("src/") || module.startsWith("cli/");
}

export function isFile(module: string): boolean {
  return existsSync(join(root, module));
}
