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

  test("docs/engines.md names every OpenVINO property of an entry", () => {
    const text = readDocument("docs/engines.md");
    expect(propertyNames.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test("AGENTS.md stays short", () => {
    expect(readDocument("AGENTS.md").split("\n").length).toBeLessThan(120);
  });
});

/** The anchors of a document's headings, as forges make them. */
function toAnchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** Documents leave out the leading folders that the context gives. */
function existsSomewhere(path: string): boolean {
  return ["", "src", "src/http", "src/engine"].some((folder) => existsSync(join(root, folder, path)));
}
