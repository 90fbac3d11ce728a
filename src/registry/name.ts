/** The registry name of a folder: lower case, runs of anything else than a-z 0-9 become one `-`, trimmed. */
export function toSlug(folderName: string): string {
  const slug = folderName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return slug === "" ? "model" : slug;
}

/** The slug itself where it is free, else the first free one of slug-2, slug-3, … */
export function toFreeName(slug: string, taken: (name: string) => boolean): string {
  if (!taken(slug)) return slug;
  let number = 2;
  while (taken(`${slug}-${number}`)) number += 1;
  return `${slug}-${number}`;
}
