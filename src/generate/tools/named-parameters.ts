import type { Tool } from "./format.ts";
import { skipSpace } from "./literal.ts";
import { readRawValue } from "./raw-value.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { toPropertyTypes } from "./schema-types.ts";
import type { Output } from "./stream-parser.ts";

/** How a form writes parameters in tags that have their names. */
export interface NamedParameters {
  /** How a parameter's tag starts, up to its name. */
  open: string;
  /** The call's closing tag. */
  close: string;
  /** These two, and whatever else ends the parameters. */
  followers: readonly string[];
  /** Takes a raw value and the tag that ends it; false: the text ended before. */
  readValue(scanner: Scanner, give: (text: string) => void): Reading<boolean>;
}

/** All up to the call's closing tag, as the arguments of a call. What stands between the parameters means nothing. */
export function* readNamedParameters(
  scanner: Scanner,
  out: Output,
  { tool, open, close, followers, readValue }: NamedParameters & { tool: Tool },
): Reading<void> {
  out.arguments("{");
  for (let before = ""; ; ) {
    yield* readUntil(scanner, followers, () => {});
    if ((yield* scanner.match(open)) === "") {
      const closed = (yield* scanner.match(close)) !== "" || (yield* scanner.peek()) !== "";
      if (closed) out.arguments("}");
      return;
    }
    const name = yield* readNameAttribute(scanner);
    if (name === undefined) continue;
    out.arguments(`${before}${JSON.stringify(name)}: `);
    before = ", ";
    yield* readRawValue(scanner, out.arguments, {
      types: toPropertyTypes(name, tool.parameters),
      read: (give) => readValue(scanner, give),
    });
  }
}

/** The rest of a tag that names something: ` name="…">`, in quotes of either kind. */
export function* readNameAttribute(scanner: Scanner): Reading<string | undefined> {
  yield* skipSpace(scanner);
  if ((yield* scanner.match("name=")) === "") return undefined;
  const quote = yield* scanner.match('"', "'");
  const name = yield* scanner.run(/[^"'<>\n]/);
  yield* scanner.match(quote);
  yield* skipSpace(scanner);
  return (yield* scanner.match(">")) === "" ? undefined : name;
}
