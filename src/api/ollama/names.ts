import type { Catalog, CatalogModel } from "../../serving/catalog.ts";

const latest = ":latest";

/** A name as Ollama lists it: with a tag, `latest` where it has none of its own. Clients compare such names letter by letter. */
export function toTagged(name: string): string {
  const last = name.slice(name.lastIndexOf("/") + 1);
  return last.includes(":") ? name : `${name}${latest}`;
}

/** The name or alias that a client means: as it stands, else without `:latest`. Not checked to be known. */
export function toKnownName(catalog: Pick<Catalog, "list">, asked: string): string {
  return asked.endsWith(latest) && findNamed(catalog, asked) ? asked : toUntagged(asked);
}

/** A name as the registry keeps it: without `:latest`. */
export function toUntagged(name: string): string {
  return name.endsWith(latest) ? name.slice(0, -latest.length) : name;
}

/** The model that has this very name, alias or preset. */
export function findNamed(catalog: Pick<Catalog, "list">, asked: string): CatalogModel | undefined {
  return catalog
    .list()
    .find(
      ({ name, entry: { aliases, presets } }) =>
        name === asked || aliases?.includes(asked) || Object.hasOwn(presets ?? {}, asked),
    );
}
