import { below, isRecord, malformed, quote, unsupported } from "../faults.ts";

/** Finds what `$ref` names within the schema (JSON Pointer, RFC 6901, as a fragment). */
export class References {
  private readonly root: unknown;
  private readonly param: string;

  constructor(root: unknown, param: string) {
    this.root = root;
    this.param = param;
  }

  find(reference: string, param: string): { value: unknown; param: string } {
    if (reference !== "#" && !reference.startsWith("#/")) {
      throw unsupported(
        param,
        `${quote(reference)} is not within the schema: only "#" and "#/…" are followed.`,
      );
    }
    const keys = decode(reference, param).split("/").slice(1);
    let value = this.root;
    let place = this.param;
    for (const key of keys.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))) {
      const next = step(value, key);
      if (next === undefined) throw malformed(param, `refers to ${quote(reference)}, which is not there.`);
      place = below(place, Array.isArray(value) ? Number(key) : key);
      value = next;
    }
    return { value, param: place };
  }
}

function decode(reference: string, param: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    throw malformed(param, `has a broken % escape: ${quote(reference)}.`);
  }
}

function step(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
