/** The samples of one metric in Prometheus' text format, by their label `model`. */
export function readByModel(text: string, metric: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (!line.startsWith(`${metric}{`)) continue;
    const [, name, value] = /model="((?:[^"\\]|\\.)*)".*\} (\S+)/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(unescapeLabel(name), Number(value));
  }
  return found;
}

function unescapeLabel(label: string): string {
  return label.replace(/\\(.)/g, (_all, char) => (char === "n" ? "\n" : char));
}
