import { Environment, Interpreter } from "@huggingface/jinja";
import { isNode, type Node, type Places } from "./nodes.ts";
import { renderPython } from "./python-repr.ts";
import { callStringMethod, isStringMethod } from "./python-strings.ts";

type Value = ReturnType<Interpreter["evaluate"]>;

/** Some two seconds; 20,000 messages take the longest templates known 2.6 million. */
const maxSteps = 4_000_000;
/** What the library does for each round of a loop takes about as long. */
const stepsOfRound = 5;
/** In Python an attribute is looked for before a key: `schema.items()` is the method, whatever the schema has. */
const mappingMethods = new Set(["items", "keys", "values", "get"]);

/**
 * The library's interpreter with a bound on its work, since a template is data from a model's folder, and with
 * what it does otherwise than Jinja where chat templates notice (test/generate/template/reference.test.ts compares).
 */
export class TemplateInterpreter extends Interpreter {
  #steps = 0;
  readonly #places: Places;

  constructor(places: Places) {
    super(new Environment());
    this.#places = places;
  }

  override evaluate(node: Node | undefined, environment: Environment): Value {
    this.#count(1);
    if (node === undefined) return super.evaluate(node, environment);
    this.#forgetRound(node, environment);
    const value = this.#evaluateAsJinja(node, environment) ?? super.evaluate(node, environment);
    if (this.#places.printed.has(node)) return toPrinted(value);
    if (!this.#places.iterated.has(node)) return value;
    const iterable = toIterable(value);
    if (Array.isArray(iterable.value)) this.#count(iterable.value.length * stepsOfRound);
    return iterable;
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > maxSteps) throw new Error(`it takes more than ${maxSteps} steps`);
  }

  /** What a round of a loop has set is gone in the next one; the library keeps it. */
  #forgetRound(node: Node, { variables }: Environment): void {
    const kept = this.#places.roundStarts.get(node);
    if (kept === undefined) return;
    for (const name of variables.keys()) if (!kept.has(name)) variables.delete(name);
  }

  /** Where Jinja does otherwise than the library; undefined: the library's way is right. */
  #evaluateAsJinja(node: Node, environment: Environment): Value | undefined {
    if (node.type === "MemberExpression") return this.#member(node, environment);
    if (node.type === "FilterExpression") return this.#toText(node, environment);
    return node.type === "TestExpression" ? this.#isIterable(node, environment) : undefined;
  }

  #member(node: Node, environment: Environment): Value | undefined {
    if (!("object" in node && "property" in node)) return undefined;
    const { object, property } = node;
    if (!isNode(object) || !isNode(property)) return undefined;
    if ("computed" in node && node.computed === true) return this.#item(property, environment);
    const name = "value" in property ? property.value : undefined;
    if (typeof name !== "string" || !(isStringMethod(name) || mappingMethods.has(name))) return undefined;
    const owner = this.evaluate(object, environment);
    const { value } = owner;
    if (value instanceof Map) return owner.builtins.get(name);
    if (typeof value !== "string" || !isStringMethod(name)) return undefined;
    return toValue((...args: unknown[]) => callStringMethod(name, value, args));
  }

  /** `mapping[undefined]` is undefined in Jinja, an error in the library. */
  #item(property: Node, environment: Environment): Value | undefined {
    if (property.type === "SliceExpression" || property.type.endsWith("Literal")) return undefined;
    const { type } = this.evaluate(property, environment);
    return type === "UndefinedValue" || type === "NullValue" ? toValue(undefined) : undefined;
  }

  /** The filters `string` and `trim`, which the library has for some types only; Jinja turns any value into text. */
  #toText(node: Node, environment: Environment): Value | undefined {
    if (!("filter" in node && "operand" in node)) return undefined;
    const { filter, operand } = node;
    if (!isNode(filter) || !isNode(operand) || !("value" in filter)) return undefined;
    if (filter.value !== "string" && filter.value !== "trim") return undefined;
    const text = renderPython(this.evaluate(operand, environment));
    return toValue(filter.value === "trim" ? text.trim() : text);
  }

  /** What is undefined is iterable in Jinja, and so is a mapping. */
  #isIterable(node: Node, environment: Environment): Value | undefined {
    if (!("operand" in node && "test" in node && "negate" in node)) return undefined;
    const { operand, test, negate } = node;
    if (!isNode(operand) || !isNode(test) || !("value" in test) || test.value !== "iterable")
      return undefined;
    const { type, value } = this.evaluate(operand, environment);
    const iterable = typeof value === "string" || type === "UndefinedValue" || typeof value === "object";
    return toValue((iterable && value !== null) !== (negate === true));
  }
}

function toValue(value: unknown): Value {
  return new Environment().set("value", value);
}

/** Python prints what is neither text nor number otherwise than the library: `True`, `None`, `{'a': 1}`. */
function toPrinted(value: Value): Value {
  const plain = ["StringValue", "IntegerValue", "FloatValue", "UndefinedValue"].includes(value.type);
  return plain ? value : toValue(renderPython(value));
}

/** Nothing for what is undefined, the characters of a text. */
function toIterable(value: Value): Value {
  if (value.type === "UndefinedValue") return toValue([]);
  return typeof value.value === "string" ? toValue([...value.value]) : value;
}
