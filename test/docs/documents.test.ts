import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { settingsTable } from "../../src/config/settings.ts";
import { propertyNames } from "../../src/registry/properties.ts";
import { madeParts, readDocument, withPart } from "./tables.ts";

const root = join(import.meta.dir, "../..");
const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "AGENTS.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

for (const part of madeParts) {
  test(`${part.file}: "${part.name}" is what the source says; \`bun run docs\` writes it`, () => {
    const text = readDocument(part.file);
    expect(text).toBe(withPart(text, part));
  });
}

describe("the documents", () => {
  for (const file of documents) {
    test(`${file} names only files that there are`, () => {
      const text = readDocument(file);
      const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? "");
      const paths = [
        ...text.matchAll(
          /`((?:src|cli|test|api|config|convert|daemon|doctor|engine|generate|grammar|hosts|http|hub|json|library|linux|media|metrics|models|page|protocol|python|registry|serving|threads|tune|wyoming)\/[\w./-]+\.\w+)`/g,
        ),
      ];
      const named = paths.map(([, path]) => path ?? "");
      expect(links.filter((link) => !existsSync(join(root, dirname(file), link)))).toEqual([]);
      expect(named.filter((path) => !existsSomewhere(path))).toEqual([]);
    });

    test(`${file} links only to headings that there are`, () => {
      const links = [...readDocument(file).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)];
      const missing = links.filter(([, path, anchor]) => {
        const target = path === "" ? file : join(dirname(file), path ?? "");
        return !toAnchors(readDocument(target)).includes(anchor ?? "");
      });
      expect(missing.map(([link]) => link)).toEqual([]);
    });

    test(`${file} names only settings that there are`, () => {
      const known = new Set<string>(Object.values(settingsTable).map(({ env }) => env));
      const named = new Set(readDocument(file).match(/\bOV_(?!TEST_)[A-Z_]+\b/g));
      expect([...named].filter((name) => !known.has(name))).toEqual([]);
    });

    test(`${file} names only scripts that there are`, () => {
      const { scripts } = JSON.parse(readDocument("package.json"));
      const named = [...readDocument(file).matchAll(/bun run ([\w:]+)/g)].map(([, name]) => name);
      expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
    });
  }

  test("each one is linked to from another", () => {
    const links = documents.flatMap((file) =>
      [...readDocument(file).matchAll(/\]\(([^)#:]+)/g)].map(([, path = ""]) => join(dirname(file), path)),
    );
    const unlinked = documents.filter((file) => file.startsWith("docs/") && !links.includes(file));
    expect(unlinked).toEqual([]);
  });

  test("what the program says names only documents and headings that there are", () => {
    const dead = listSources().flatMap((file) =>
      [...readDocument(file).matchAll(/\bdocs\/[\w./-]+\.(?:md|conf|json|yml)(?:#([\w-]+))?/g)]
        .filter(([link, anchor]) => {
          const [path = ""] = link.split("#");
          if (!existsSync(join(root, path))) return true;
          return anchor !== undefined && !toAnchors(readDocument(path)).includes(anchor);
        })
        .map(([link]) => `${file}: ${link}`),
    );
    // Documents of other projects, named as sources.
    expect(dead.filter((one) => !/docs\/(format|tool_call_guidance|gguf)\.md/.test(one))).toEqual([]);
  });

  test("docs/engines.md names every OpenVINO property of an entry", () => {
    const text = readDocument("docs/engines.md");
    expect(propertyNames.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test("AGENTS.md stays short", () => {
    expect(readDocument("AGENTS.md").split("\n").length).toBeLessThan(120);
  });
});

/** The anchors of a document's headings, as forges make them: a heading that comes again gets a number. */
function toAnchors(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** Without fenced code, whose comments look like headings. */
function withoutCode(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
}

/** The text files of the sources, the scripts and what is installed. */
function listSources(): string[] {
  const folders = ["src", "cli", "container"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const isText = (path: string) => /(\.(ts|tsx|py|ya?ml|json)|Dockerfile)$/.test(path);
  return [...folders.filter(isText), "install.sh", "ov-server.service", "docs/ov-server-hardening.conf"];
}

/** Documents leave out the leading folders that the context gives. */
function existsSomewhere(path: string): boolean {
  return ["", "src", "src/http", "src/engine"].some((folder) => existsSync(join(root, folder, path)));
}
