/** Each cycle once, at the first place where a walk in depth closes it. */
export function findCycles(graph: ReadonlyMap<string, string[]>): string[] {
  const done = new Set<string>();
  const walk = (path: string, trail: string[]): string[] => {
    const start = trail.indexOf(path);
    if (start >= 0) return [[...trail.slice(start), path].join(" -> ")];
    if (done.has(path)) return [];
    const cycles = (graph.get(path) ?? []).flatMap((next) => walk(next, [...trail, path]));
    done.add(path);
    return cycles;
  };
  return [...graph.keys()].flatMap((path) => walk(path, []));
}
