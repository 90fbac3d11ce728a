/** One instruction of a Dockerfile, its lines joined: `RUN`, `apt-get update && …`. */
export interface Instruction {
  name: string;
  value: string;
}

/** A Dockerfile's instructions in order, without comments (Dockerfile reference, "Format"; no heredocs, no other escape). */
export function parseDockerfile(text: string): Instruction[] {
  const lines = text.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
  const joined = lines.join("\n").replaceAll(/\\\n\s*/g, " ");
  return joined.split("\n").map((line) => {
    const [, name = "", value = ""] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
    return { name: name.toUpperCase(), value: value.trim() };
  });
}

/** The stages, each from its FROM to the next; the instructions before the first are left out. */
export function toStages(instructions: readonly Instruction[]): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.name === "FROM") stages.push([]);
    stages.at(-1)?.push(instruction);
  }
  return stages;
}

/** `A=1 B="two words"` -> the variables, in order. */
export function readPairs(value: string): [string, string][] {
  return [...value.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g)].map(([, name = "", quoted, plain = ""]) => [
    name,
    quoted ?? plain,
  ]);
}
