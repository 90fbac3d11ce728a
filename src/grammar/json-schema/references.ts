import { below, isRecord, malformed, quote, unsupported } from "../faults.ts";

interface Place {
  value: unknown;
  param: string;
}

/** Finds what a reference names within the schema: a JSON Pointer (RFC 6901) as a fragment, an anchor, or an `$id`. */
export class References {
  private readonly root: unknown;
  private readonly param: string;
  private names: Map<string, Place> | null = null;

  constructor(root: unknown, param: string) {
    this.root = root;
    this.param = param;
  }

  find(reference: string, param: string): Place {
    const [address = "", fragment = ""] = split(reference);
    const start = address === "" ? { value: this.root, param: this.param } : this.named(address);
    if (!start) throw this.missing(reference, param);
    if (fragment === "" || fragment.startsWith("/")) return follow(start, fragment, reference, param);
    const anchor = this.named(`#${fragment}`);
    if (!anchor) throw this.missing(reference, param);
    return anchor;
  }

  private missing(reference: string, param: string) {
    return unsupported(param, `${quote(reference)} is not within the schema, and nothing is fetched.`);
  }

  /** Anchors by `#name`, schemas by their `$id`. */
  private named(name: string): Place | undefined {
    this.names ??= collect(this.root, this.param);
    return this.names.get(name);
  }
}

function split(reference: string): [address: string, fragment: string] {
  const at = reference.indexOf("#");
  return at < 0 ? [reference, ""] : [reference.slice(0, at), reference.slice(at + 1)];
}

function collect(root: unknown, param: string): Map<string, Place> {
  const names = new Map<string, Place>();
  const waiting: Place[] = [{ value: root, param }];
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    const { value } = place;
    const entries = Array.isArray(value)
      ? [...value.entries()]
      : isRecord(value)
        ? Object.entries(value)
        : [];
    for (const [key, part] of entries) waiting.push({ value: part, param: below(place.param, key) });
    if (!isRecord(value)) continue;
    for (const key of ["$anchor", "$dynamicAnchor"]) {
      if (typeof value[key] === "string") names.set(`#${value[key]}`, place);
    }
    if (typeof value.$id === "string") names.set(value.$id.replace(/(?<=.)#$/, ""), place);
  }
  return names;
}

function follow(start: Place, pointer: string, reference: string, param: string): Place {
  const keys = decode(pointer, reference, param).split("/").slice(1);
  let { value, param: place } = start;
  for (const key of keys.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))) {
    const next = step(value, key);
    if (next === undefined) throw malformed(param, `refers to ${quote(reference)}, which is not there.`);
    place = below(place, Array.isArray(value) ? Number(key) : key);
    value = next;
  }
  return { value, param: place };
}

function decode(pointer: string, reference: string, param: string): string {
  try {
    return decodeURIComponent(pointer);
  } catch {
    throw malformed(param, `has a broken % escape: ${quote(reference)}.`);
  }
}

function step(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
