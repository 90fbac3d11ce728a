const quote = 0x22;
const backslash = 0x5c;

/** How much a JSON text may hold, whatever its size in bytes. */
export interface Bounds {
  /** Levels of nested brackets. */
  depth: number;
  /** What it costs to hand the value from thread to thread: 1 for each value, 1 more for a text, 7 more for a list or object. */
  weight: number;
}

const weightOfText = 1;
const weightOfContainer = 8;

/**
 * Which bound a text read as JSON exceeds; the content of strings does not count. One pass that keeps
 * nothing, so that it can run before the parser; the result for invalid JSON is arbitrary.
 */
export function findExcess(text: string, bounds: Bounds): keyof Bounds | null {
  let depth = 0;
  let weight = 1;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = findStringEnd(text, at);
        weight += weightOfText;
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        weight += weightOfContainer;
        if (depth > bounds.depth) return "depth";
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case 0x2c: // ,
        weight += 1;
    }
    if (weight > bounds.weight) return "weight";
  }
  return null;
}

/** Where the string that starts here ends; the end of the text if it does not end. */
function findStringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    if (!isEscaped(text, end)) return end;
  }
  return text.length;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === backslash) first -= 1;
  return (at - first) % 2 === 1;
}
