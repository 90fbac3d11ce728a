import type { Catalog } from "../../serving/catalog.ts";

const latest = ":latest";

/** A name as Ollama lists it: with a tag, `latest` where it has none of its own. Clients compare such names letter by letter. */
export function toTagged(name: string): string {
  const last = name.slice(name.lastIndexOf("/") + 1);
  return last.includes(":") ? name : `${name}${latest}`;
}

/** The name or alias that a client means: as it stands, else without `:latest`. Not checked to be known. */
export function toKnownName(catalog: Pick<Catalog, "list">, asked: string): string {
  if (!asked.endsWith(latest)) return asked;
  const isKnown = catalog
    .list()
    .some(({ name, entry }) => name === asked || (entry.aliases?.includes(asked) ?? false));
  return isKnown ? asked : asked.slice(0, -latest.length);
}
