import { type TSchema, TypeGuard } from "@sinclair/typebox";

/** A schema that a structured clone can carry: TypeBox's symbols, which cannot be cloned, become names. */
export type PortableSchema = Record<string, unknown>;

const mark = "@@";
const known = new WeakMap<TSchema, PortableSchema>();

export function toPortable(schema: TSchema): PortableSchema {
  const before = known.get(schema);
  if (before) return before;
  const portable = mapObject(schema, (key) =>
    typeof key === "symbol" ? `${mark}${Symbol.keyFor(key)}` : key,
  );
  known.set(schema, portable);
  return portable;
}

/** Throws TypeError for anything but a result of `toPortable`. */
export function fromPortable(schema: PortableSchema): TSchema {
  const restored = mapObject(schema, (key) =>
    typeof key === "string" && key.startsWith(mark) ? Symbol.for(key.slice(mark.length)) : key,
  );
  if (!TypeGuard.IsSchema(restored)) throw new TypeError("This is no schema that toPortable made");
  return restored;
}

function mapObject(value: object, rename: (key: string | symbol) => string | symbol): PortableSchema {
  const entries = Reflect.ownKeys(value).map((key) => [
    rename(key),
    mapValue(Reflect.get(value, key), rename),
  ]);
  return Object.fromEntries(entries);
}

function mapValue(value: unknown, rename: (key: string | symbol) => string | symbol): unknown {
  if (Array.isArray(value)) return value.map((item) => mapValue(item, rename));
  return typeof value === "object" && value !== null ? mapObject(value, rename) : value;
}
