import { readAttribute, readItem } from "./access.ts";
import type { Budget } from "./budget.ts";
import { evaluate, evaluateArguments } from "./evaluate.ts";
import { fail, TemplateFailure } from "./failure.ts";
import { isFilter, runFilter } from "./filters.ts";
import { createLoop } from "./loop.ts";
import { createMacro, type MacroRunner } from "./macro.ts";
import { isTrue, toItems, typeName } from "./python-types.ts";
import { toText } from "./repr.ts";
import type { Runtime } from "./runtime.ts";
import { assign, Scope } from "./scope.ts";
import type { Expression, Statement } from "./syntax.ts";
import { isTest, runTest } from "./tests.ts";
import { type CallArguments, Callable, Thing, Undefined, type Value } from "./values.ts";

/** Macros and recursive loops in one another: JavaScript's stack bears more. */
const maxDepth = 200;
/** What a round of a loop costs besides its body. */
const stepsOfRound = 2;

type Outcome = "done" | "break" | "continue";
type ForStatement = Extract<Statement, { type: "for" }>;

/** The text of a template. Throws TemplateFailure, also where it goes beyond the budget. */
export function renderTemplate(
  body: readonly Statement[],
  globals: Iterable<readonly [string, Value]>,
  variables: Iterable<readonly [string, Value]>,
  budget: Budget,
): string {
  const root = new Scope(new Scope(null, globals), variables);
  return new Render(budget).capture(body, root);
}

class Render implements Runtime, MacroRunner {
  readonly budget: Budget;
  #out: string[] = [];
  #length = 0;
  #depth = 0;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  isFilter(name: string): boolean {
    return isFilter(name);
  }

  isTest(name: string): boolean {
    return isTest(name);
  }

  attribute(value: Value, name: string): Value {
    return readAttribute(value, name, this);
  }

  item(value: Value, key: Value): Value {
    return readItem(value, key, this);
  }

  filter(name: string, value: Value, args: CallArguments): Value {
    return runFilter(name, value, args, this);
  }

  test(name: string, value: Value, { positional, named }: CallArguments): boolean {
    return runTest(name, value, [...positional, ...named.values()], this);
  }

  call(callee: Value, args: CallArguments): Value {
    if (callee instanceof Undefined) return callee.fail();
    const call = callee instanceof Callable || callee instanceof Thing ? callee.call : null;
    if (!call) return fail(`'${typeName(callee)}' object is not callable`);
    if (callee instanceof Callable)
      for (const value of [...args.positional, ...args.named.values()]) this.budget.value(value);
    if (++this.#depth > maxDepth) return fail(`more than ${maxDepth} calls lie within one another`);
    const value = call(args);
    this.#depth -= 1;
    return value;
  }

  evaluate(expression: Expression, scope: Scope, blockText = ""): Value {
    return evaluate(expression, scope, this, blockText);
  }

  /** What the statements print. */
  capture(body: readonly Statement[], scope: Scope): string {
    return this.#collect(() => this.#run(body, scope));
  }

  #collect(print: () => void): string {
    const [out, length] = [this.#out, this.#length];
    this.#out = [];
    this.#length = 0;
    print();
    const text = this.#out.join("");
    this.#out = out;
    this.#length = length;
    return text;
  }

  #printValue(value: Value): void {
    if (typeof value !== "string") this.budget.value(value);
    this.#print(toText(value));
  }

  #print(text: string): void {
    this.#length += text.length;
    this.budget.size(this.#length);
    if (text !== "") this.#out.push(text);
  }

  #run(body: readonly Statement[], scope: Scope): Outcome {
    for (const statement of body) {
      this.budget.step();
      const outcome = this.#statement(statement, scope);
      if (outcome !== "done") return outcome;
    }
    return "done";
  }

  #statement(statement: Statement, scope: Scope): Outcome {
    switch (statement.type) {
      case "text":
        this.#print(statement.text);
        return "done";
      case "print":
        this.#printValue(this.evaluate(statement.value, scope));
        return "done";
      case "if": {
        const branch = statement.branches.find(({ test }) => isTrue(this.evaluate(test, scope)));
        return this.#run(branch?.body ?? statement.otherwise, scope);
      }
      case "for":
        this.#loop(statement, toItems(this.evaluate(statement.iterable, scope)), scope, 1);
        return "done";
      case "break":
      case "continue":
        return statement.type;
      case "set":
        assign(statement.target, this.evaluate(statement.value, scope), scope);
        return "done";
      case "macro":
        scope.set(statement.macro.name, createMacro(statement.macro, scope, this));
        return "done";
      case "scope":
        return this.#run(statement.body, new Scope(scope));
      default:
        return this.#block(statement, scope);
    }
  }

  /** Statements whose body is text for something. */
  #block(
    statement: Extract<Statement, { type: "set block" | "call block" | "filter block" | "with" }>,
    scope: Scope,
  ): Outcome {
    switch (statement.type) {
      case "set block": {
        const text = this.capture(statement.body, new Scope(scope));
        const value = statement.filter ? this.evaluate(statement.filter, scope, text) : text;
        assign(statement.target, value, scope);
        return "done";
      }
      case "filter block": {
        const text = this.capture(statement.body, new Scope(scope));
        this.#print(toText(this.evaluate(statement.filter, scope, text)));
        return "done";
      }
      case "call block":
        this.#callBlock(statement, scope);
        return "done";
      case "with": {
        const inner = new Scope(scope);
        for (const [target, value] of statement.bindings) assign(target, this.evaluate(value, scope), inner);
        return this.#run(statement.body, inner);
      }
    }
  }

  #callBlock({ call, caller }: Extract<Statement, { type: "call block" }>, scope: Scope): void {
    if (call.type !== "call") throw new TemplateFailure("a call block needs a call");
    const callee = this.evaluate(call.callee, scope);
    const args = evaluateArguments(call.args, (inner) => this.evaluate(inner, scope));
    args.named.set("caller", createMacro(caller, scope, this));
    this.#print(toText(this.call(callee, args)));
  }

  #loop(statement: ForStatement, all: readonly Value[], scope: Scope, depth: number): void {
    this.budget.items(all.length);
    const items = statement.test ? all.filter((item) => this.#passes(statement, item, scope)) : all;
    const again = (args: CallArguments): Value => this.#recurse(statement, args, scope, depth);
    const loop = createLoop(items, depth, statement.recursive ? again : null);
    // As in Jinja2, `else` is for a loop that ran no round to its end, also where `break` or `continue` ended each.
    let isWhole = false;
    for (const [index, item] of items.entries()) {
      this.budget.step(stepsOfRound);
      loop.moveTo(index);
      const round = new Scope(scope, [["loop", loop.thing]]);
      assign(statement.target, item, round);
      const outcome = this.#run(statement.body, round);
      if (outcome === "break") break;
      isWhole ||= outcome === "done";
    }
    if (!isWhole) this.#run(statement.otherwise, new Scope(scope));
  }

  #passes({ target, test }: ForStatement, item: Value, scope: Scope): boolean {
    const inner = new Scope(scope);
    assign(target, item, inner);
    return test === null || isTrue(this.evaluate(test, inner));
  }

  #recurse(statement: ForStatement, { positional }: CallArguments, scope: Scope, depth: number): Value {
    const items = toItems(positional[0] ?? fail("loop() needs items"));
    return this.#collect(() => this.#loop(statement, items, scope, depth + 1));
  }
}
