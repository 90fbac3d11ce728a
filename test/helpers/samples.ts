/** The samples of a Prometheus text by name and labels, these in order of their names. */
export function readSamples(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line): [string, number] => {
      const [, name = "", labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const sorted = (labels.match(/\w+="[^"]*"/g) ?? []).sort().join(",");
      return [sorted === "" ? name : `${name}{${sorted}}`, Number(value)];
    }),
  );
}
