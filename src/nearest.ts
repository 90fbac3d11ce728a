const mostNearest = 3;

/** The known names that a mistyped one may mean, best first, at most three; empty: none is near. */
export function findNearest(asked: string, known: readonly string[]): string[] {
  if (asked === "") return [];
  const wanted = asked.toLowerCase();
  const rated = known.map((name) => ({ name, distance: rate(wanted, name.toLowerCase()) }));
  return rated
    .filter(({ distance }) => distance <= toMost(asked.length))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, mostNearest)
    .map(({ name }) => name);
}

/** How many slips a word of that length may have. */
function toMost(length: number): number {
  return length <= 3 ? 1 : Math.max(2, Math.floor(length / 3));
}

/** A part of a name counts as one slip, whatever is missing of it; so does its start, beside its own slips. */
function rate(asked: string, name: string): number {
  if (asked.length > 1 && name !== asked && name.includes(asked)) return 1;
  return Math.min(measureEdits(asked, name), 1 + measureEdits(asked, name.slice(0, asked.length)));
}

/** Levenshtein's distance: how many characters to put in, take out or replace. */
function measureEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
