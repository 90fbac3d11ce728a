import { fail, TemplateFailure } from "./failure.ts";
import { toItems } from "./python-types.ts";
import type { Target } from "./syntax.ts";
import { Thing, type Value } from "./values.ts";

/** The names that are set in one place of a template, over those around it. */
export class Scope {
  readonly #values = new Map<string, Value>();
  readonly #outer: Scope | null;

  constructor(outer: Scope | null, values: Iterable<readonly [string, Value]> = []) {
    this.#outer = outer;
    for (const [name, value] of values) this.#values.set(name, value);
  }

  get(name: string): Value | undefined {
    const own = this.#values.get(name);
    return own === undefined ? this.#outer?.get(name) : own;
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
}

/** Sets what a `set` or `for` names. Throws where the value has too many or too few items for it. */
export function assign(target: Target, value: Value, scope: Scope): void {
  if (target.type === "name") scope.set(target.name, value);
  else if (target.type === "member") setMember(target.namespace, target.name, value, scope);
  else {
    const items = toItems(value);
    if (items.length !== target.items.length)
      fail(`${items.length} values cannot be set to ${target.items.length} names`);
    for (const [index, inner] of target.items.entries()) assign(inner, items[index] ?? null, scope);
  }
}

function setMember(owner: string, name: string, value: Value, scope: Scope): void {
  const namespace = scope.get(owner);
  if (!(namespace instanceof Thing) || namespace.kind !== "namespace")
    throw new TemplateFailure("cannot assign attribute on non-namespace object");
  namespace.attributes.set(name, value);
}
