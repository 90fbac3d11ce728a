import type { Settings } from "../../src/config/settings.ts";
import type { Int4Wishes } from "../../src/convert/plan/int4.ts";
import { UsageError } from "../action.ts";

/** As `optimum-cli` names them. */
export const int4Args = {
  "group-size": {
    type: "string",
    valueHint: "number",
    description:
      "For int4: weights that share a scale, such as 128, 64 or 32; -1: one group per row; default: what suits the machine and model",
  },
  sym: {
    type: "boolean",
    description: "For int4: symmetric, without zero points; faster, less exact",
    negativeDescription: "For int4: with zero points",
  },
  ratio: {
    type: "string",
    valueHint: "number",
    description: "For int4: the share of layers, such as 0.8; the others become int8; default: 1",
  },
} as const;

export const qualityArgs = {
  quality: {
    type: "boolean",
    description: "Also measure how close the converted model is to its original, and its speed",
  },
} as const;

/** Throws UsageError for a value that cannot be, and for a scheme of a format that has none. */
export function readInt4Wishes(
  given: Record<string, unknown>,
  { weightFormat }: Pick<Settings, "weightFormat">,
): Int4Wishes {
  const wishes = {
    groupSize: readNumber(given, "group-size", "-1, or a whole number from 8, such as 64", isGroupSize),
    symmetric: typeof given.sym === "boolean" ? given.sym : null,
    ratio: readNumber(given, "ratio", "a number over 0 up to 1, such as 0.8", (one) => one > 0 && one <= 1),
  };
  const [flag] = ["group-size", "sym", "ratio"].filter((name) => given[name] !== undefined);
  if (flag === undefined || weightFormat === "int4") return wishes;
  throw new UsageError(
    `--${flag} is for int4, and the weight format is ${weightFormat}: add --weight-format int4.`,
  );
}

const isGroupSize = (size: number) => size === -1 || (Number.isInteger(size) && size >= 8);

function readNumber(
  given: Record<string, unknown>,
  flag: string,
  expected: string,
  isRight: (value: number) => boolean,
): number | null {
  const text = given[flag];
  if (typeof text !== "string") return null;
  const value = Number(text);
  if (text.trim() !== "" && isRight(value)) return value;
  throw new UsageError(`Cannot use --${flag} ${JSON.stringify(text)}: expected ${expected}.`);
}
