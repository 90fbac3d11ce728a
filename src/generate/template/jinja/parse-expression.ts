import { fail } from "./failure.ts";
import { noArguments, type Parse, parseArguments } from "./parse-arguments.ts";
import type { Arguments, ArithmeticOperator, Bound, Comparison, Expression } from "./syntax.ts";
import type { TokenStream } from "./token-stream.ts";

const constants: Record<string, boolean | null> = {
  ...{ true: true, True: true, false: false, False: false, none: null, None: null },
};
const comparisons: readonly Comparison[] = ["==", "!=", "<", "<=", ">", ">=", "in"];

/** `withCondition`: whether `a if b else c` is one, which it is not behind the `in` of a `for`. */
export function parseExpression(stream: TokenStream, withCondition = true): Expression {
  return withCondition ? parseCondition(stream) : parseOr(stream);
}

/** One expression, or a tuple of those between commas. */
export function parseTuple(
  stream: TokenStream,
  { withCondition = true, stop = [""], mayBeEmpty = false } = {},
): Expression {
  const items: Expression[] = [];
  let isTuple = false;
  while (!(stream.ended || stream.is(")") || stream.isOneOf(...stop))) {
    items.push(parseExpression(stream, withCondition));
    if (!stream.skip(",")) break;
    isTuple = true;
  }
  const [first] = items;
  if (first && !isTuple) return first;
  if (!first && !mayBeEmpty) return fail("an expression is missing");
  return { type: "tuple", items };
}

function parseCondition(stream: TokenStream): Expression {
  let expression = parseOr(stream);
  while (stream.skip("if")) {
    const test = parseOr(stream);
    const otherwise = stream.skip("else") ? parseCondition(stream) : null;
    expression = { type: "condition", test, value: expression, otherwise };
  }
  return expression;
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream);
  while (stream.skip("or")) left = { type: "or", left, right: parseAnd(stream) };
  return left;
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream);
  while (stream.skip("and")) left = { type: "and", left, right: parseNot(stream) };
  return left;
}

function parseNot(stream: TokenStream): Expression {
  return stream.skip("not") ? { type: "not", operand: parseNot(stream) } : parseComparison(stream);
}

function parseComparison(stream: TokenStream): Expression {
  const first = parseSum(stream);
  const rest: [Comparison, Expression][] = [];
  for (;;) {
    const operator = comparisons.find((text) => stream.is(text));
    if (operator !== undefined) {
      stream.take();
      rest.push([operator, parseSum(stream)]);
    } else if (stream.is("not") && stream.is("in", 1)) {
      stream.take();
      stream.take();
      rest.push(["not in", parseSum(stream)]);
    } else return rest.length === 0 ? first : { type: "comparison", first, rest };
  }
}

function parseChain(stream: TokenStream, operators: readonly ArithmeticOperator[], next: Parse): Expression {
  let left = next(stream);
  for (;;) {
    const operator = operators.find((text) => stream.is(text));
    if (operator === undefined) return left;
    stream.take();
    left = { type: "arithmetic", operator, left, right: next(stream) };
  }
}

const parseSum: Parse = (stream) => parseChain(stream, ["+", "-"], parseConcat);
const parseProduct: Parse = (stream) => parseChain(stream, ["*", "/", "//", "%"], parsePower);
/** Otherwise than in Python, `2 ** 3 ** 2` is (2 ** 3) ** 2, and `-2 ** 2` is 4. */
const parsePower: Parse = (stream) => parseChain(stream, ["**"], (inner) => parseUnary(inner, true));

function parseConcat(stream: TokenStream): Expression {
  const first = parseProduct(stream);
  const parts = [first];
  while (stream.skip("~")) parts.push(parseProduct(stream));
  return parts.length === 1 ? first : { type: "concat", parts };
}

function parseUnary(stream: TokenStream, withFilter: boolean): Expression {
  const sign = stream.is("-") ? "-" : stream.is("+") ? "+" : null;
  if (sign) stream.take();
  const operand: Expression = sign
    ? { type: "sign", sign, operand: parseUnary(stream, false) }
    : parsePrimary(stream);
  const whole = parsePostfix(stream, operand);
  return withFilter ? parseFilters(stream, whole) : whole;
}

function parsePrimary(stream: TokenStream): Expression {
  const token = stream.take();
  if (token.type === "name") {
    const value = Object.hasOwn(constants, token.text) ? constants[token.text] : undefined;
    return value === undefined ? { type: "name", name: token.text } : { type: "constant", value };
  }
  if (token.type === "number") return { type: "constant", value: token.value };
  if (token.type === "string") {
    let value = token.text;
    while (stream.current?.type === "string") value += stream.take().text;
    return { type: "constant", value };
  }
  if (token.text === "(") {
    const inner = parseTuple(stream, { mayBeEmpty: true });
    stream.expect(")");
    return inner;
  }
  if (token.text === "[")
    return { type: "list", items: parseItems(stream, "]", (inner) => parseExpression(inner)) };
  if (token.text === "{") return { type: "dict", entries: parseItems(stream, "}", parseEntry) };
  return fail(`unexpected "${token.text}"`);
}

function parseItems<T>(stream: TokenStream, end: string, parse: (stream: TokenStream) => T): T[] {
  const items: T[] = [];
  while (!stream.is(end)) {
    if (items.length > 0) stream.expect(",");
    if (stream.is(end)) break;
    items.push(parse(stream));
  }
  stream.expect(end);
  return items;
}

function parseEntry(stream: TokenStream): [Expression, Expression] {
  const key = parseExpression(stream);
  stream.expect(":");
  return [key, parseExpression(stream)];
}

function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let expression = start;
  for (;;) {
    if (stream.skip(".")) expression = parseMember(stream, expression);
    else if (stream.skip("[")) expression = parseItem(stream, expression);
    else if (stream.is("("))
      expression = {
        type: "call",
        callee: expression,
        args: parseArguments(stream, (inner) => parseExpression(inner)),
      };
    else return expression;
  }
}

function parseMember(stream: TokenStream, object: Expression): Expression {
  const token = stream.take();
  if (token.type === "name") return { type: "attribute", object, name: token.text };
  if (token.type !== "number" || typeof token.value !== "bigint")
    return fail(`unexpected "${token.text}" behind a dot`);
  return { type: "item", object, key: { type: "constant", value: token.value } };
}

function parseItem(stream: TokenStream, object: Expression): Expression {
  const bounds: Bound[] = [];
  let isSlice = false;
  let bound: Bound = null;
  while (!stream.is("]") && !stream.is(",")) {
    if (stream.skip(":")) {
      isSlice = true;
      bounds.push(bound);
      bound = null;
    } else if (bound === null) bound = parseExpression(stream);
    else break;
  }
  bounds.push(bound);
  const [start = null, stop = null, step = null] = bounds;
  if (bounds.length > 3) fail("a slice has three parts at most");
  if (isSlice) {
    stream.expect("]");
    return { type: "slice", object, start, stop, step };
  }
  if (start === null) return fail("an index is missing");
  const items = [start];
  while (stream.skip(",")) items.push(parseExpression(stream));
  stream.expect("]");
  return { type: "item", object, key: items.length === 1 ? start : { type: "tuple", items } };
}

function parseFilters(stream: TokenStream, start: Expression): Expression {
  let expression = start;
  for (;;) {
    if (stream.is("|")) expression = parseFilter(stream, expression);
    else if (stream.skip("is")) expression = parseTest(stream, expression);
    else if (stream.is("("))
      expression = {
        type: "call",
        callee: expression,
        args: parseArguments(stream, (inner) => parseExpression(inner)),
      };
    else return expression;
  }
}

/** One filter behind its `|`. */
function parseFilter(stream: TokenStream, operand: Expression | null): Expression {
  stream.expect("|");
  return parseFilterCall(stream, operand);
}

/** A chain of filters for the text of a block: the first one without `|` where `bare`. */
export function parseBlockFilters(stream: TokenStream, bare: boolean): Expression {
  let filter = bare ? parseFilterCall(stream, null) : parseFilter(stream, null);
  while (stream.is("|")) filter = parseFilter(stream, filter);
  return filter;
}

function parseFilterCall(stream: TokenStream, operand: Expression | null): Expression {
  const name = parseDotted(stream);
  return {
    type: "filter",
    operand,
    name,
    args: stream.is("(") ? parseArguments(stream, (inner) => parseExpression(inner)) : noArguments,
  };
}

function parseDotted(stream: TokenStream): string {
  let name = stream.takeName();
  while (stream.skip(".")) name += `.${stream.takeName()}`;
  return name;
}

function parseTest(stream: TokenStream, operand: Expression): Expression {
  const negated = stream.skip("not");
  const name = parseDotted(stream);
  const test: Expression = { type: "test", operand, name, args: parseTestArguments(stream) };
  return negated ? { type: "not", operand: test } : test;
}

function parseTestArguments(stream: TokenStream): Arguments {
  if (stream.is("(")) return parseArguments(stream, (inner) => parseExpression(inner));
  const { current } = stream;
  const mayStart = current !== undefined && (current.type !== "operator" || stream.isOneOf("[", "{"));
  if (!mayStart || stream.isOneOf("else", "or", "and")) return noArguments;
  if (stream.is("is")) return fail("tests cannot be chained with `is`");
  return { ...noArguments, positional: [parsePostfix(stream, parsePrimary(stream))] };
}
