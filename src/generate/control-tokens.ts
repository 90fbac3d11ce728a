/** Keeps control tokens out of texts. */
export interface ControlTokens {
  /** The text with the marker after the first character of each control token in it, overlapping ones included. */
  cut(text: string, marker: string): string;
  /** The first one in the text; null: none. */
  find(text: string): string | null;
}

/** Each character leads to the node of what may follow it; `length`: that of the token that ends here. */
interface Node {
  next: Map<number, Node>;
  length: number | null;
}

/**
 * `tokens`: the texts of a model's control tokens, of which there may be thousands: a text is read once, and from each of its
 * characters no further than a token goes.
 */
export function createControlTokens(tokens: readonly string[]): ControlTokens {
  const root = toTree(tokens);

  /** The length of a token that starts there; null: none does. */
  function lengthAt(text: string, start: number): number | null {
    let node: Node | undefined = root;
    for (let at = start; node; at += 1) {
      if (node.length !== null) return node.length;
      node = node.next.get(text.charCodeAt(at));
    }
    return null;
  }

  function nextFrom(text: string, start: number): { at: number; length: number } | null {
    for (let at = start; at < text.length; at += 1) {
      if (!root.next.has(text.charCodeAt(at))) continue;
      const length = lengthAt(text, at);
      if (length !== null) return { at, length };
    }
    return null;
  }

  return {
    cut(text, marker) {
      const pieces: string[] = [];
      let done = 0;
      for (let found = nextFrom(text, 0); found !== null; found = nextFrom(text, done)) {
        const end = found.at + ((text.codePointAt(found.at) ?? 0) > 0xffff ? 2 : 1);
        pieces.push(text.slice(done, end));
        done = end;
      }
      return pieces.length === 0 ? text : [...pieces, text.slice(done)].join(marker);
    },
    find(text) {
      const found = nextFrom(text, 0);
      return found && text.slice(found.at, found.at + found.length);
    },
  };
}

function toTree(tokens: readonly string[]): Node {
  const root: Node = { next: new Map(), length: null };
  for (const token of tokens) {
    if (token === "") continue;
    let node = root;
    for (let at = 0; at < token.length; at += 1) {
      const code = token.charCodeAt(at);
      const next = node.next.get(code) ?? { next: new Map(), length: null };
      node.next.set(code, next);
      node = next;
    }
    node.length = token.length;
  }
  return root;
}
