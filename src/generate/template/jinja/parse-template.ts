import { fail } from "./failure.ts";
import { readSegments, type Segment } from "./lexer.ts";
import { parseParameters } from "./parse-arguments.ts";
import { parseBlockFilters, parseExpression, parseTuple } from "./parse-expression.ts";
import type { MacroBody, Parameter, Statement, Target } from "./syntax.ts";
import { TokenStream } from "./token-stream.ts";
import { findUses } from "./uses.ts";

/** Blocks inside one another; real templates have about ten. */
const maxDepth = 200;
const constants = new Set(["true", "false", "none", "True", "False", "None"]);
const refused: Record<string, string> = {
  include: "it uses other templates (`include`)",
  import: "it uses other templates (`import`)",
  from: "it uses other templates (`from … import`)",
  extends: "it uses other templates (`extends`)",
  autoescape: "`autoescape` is not supported",
};

/** Throws TemplateFailure for what is no template. */
export function parseTemplate(source: string): Statement[] {
  return new TemplateParser(readSegments(source)).parseAll();
}

class TemplateParser {
  readonly #segments: readonly Segment[];
  #at = 0;
  #depth = 0;
  #loops = 0;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }

  parseAll(): Statement[] {
    const { body, end } = this.#parseBody([]);
    if (end) fail(`an unexpected tag "${end.name}"`);
    return body;
  }

  /** Statements up to a tag of one of these names, which is taken; null: the template ended. */
  #parseBody(ends: readonly string[]): {
    body: Statement[];
    end: { name: string; stream: TokenStream } | null;
  } {
    const body: Statement[] = [];
    for (let segment = this.#segments[this.#at]; segment; segment = this.#segments[this.#at]) {
      this.#at += 1;
      if (segment.type === "text") {
        body.push({ type: "text", text: segment.text });
        continue;
      }
      const stream = new TokenStream(segment.tokens);
      if (segment.type === "print") {
        body.push({ type: "print", value: parseTuple(stream) });
        stream.expectEnd();
        continue;
      }
      const name = stream.takeName();
      if (ends.includes(name)) return { body, end: { name, stream } };
      body.push(this.#parseStatement(name, stream));
    }
    if (ends.length > 0) fail(`"{% ${ends.at(-1)} %}" is missing`);
    return { body, end: null };
  }

  #parseTo(end: string): Statement[] {
    const { body, end: tag } = this.#parseBody([end]);
    if (end === "endblock" && tag?.stream.current?.type === "name") tag.stream.take();
    tag?.stream.expectEnd();
    return body;
  }

  #parseStatement(name: string, stream: TokenStream): Statement {
    if (++this.#depth > maxDepth) return fail(`more than ${maxDepth} blocks lie within one another`);
    const statement = this.#parseTag(name, stream);
    this.#depth -= 1;
    return statement;
  }

  #parseTag(name: string, stream: TokenStream): Statement {
    switch (name) {
      case "if":
        return this.#parseIf(stream);
      case "for":
        return this.#parseFor(stream);
      case "set":
        return this.#parseSet(stream);
      case "macro":
        return this.#parseMacro(stream);
      case "call":
        return this.#parseCall(stream);
      case "with":
        return this.#parseWith(stream);
      case "filter": {
        const filter = parseBlockFilters(stream, true);
        stream.expectEnd();
        return { type: "filter block", filter, body: this.#parseTo("endfilter") };
      }
      case "print": {
        const value = parseTuple(stream);
        stream.expectEnd();
        return {
          type: "print",
          value: value.type === "tuple" ? { type: "concat", parts: value.items } : value,
        };
      }
      case "break":
      case "continue":
        stream.expectEnd();
        if (this.#loops === 0) fail(`"${name}" stands outside a loop`);
        return { type: name };
      case "block":
        stream.takeName();
        stream.expectEnd();
        return { type: "scope", body: this.#parseTo("endblock") };
      case "generation":
        stream.expectEnd();
        return { type: "scope", body: this.#parseTo("endgeneration") };
      default:
        return fail((Object.hasOwn(refused, name) && refused[name]) || `an unknown tag "${name}"`);
    }
  }

  #parseIf(stream: TokenStream): Statement {
    const branches: { test: ReturnType<typeof parseTuple>; body: Statement[] }[] = [];
    let head = stream;
    for (;;) {
      const test = parseTuple(head, { withCondition: false });
      head.expectEnd();
      const { body, end } = this.#parseBody(["elif", "else", "endif"]);
      branches.push({ test, body });
      if (end?.name === "elif") {
        head = end.stream;
        continue;
      }
      end?.stream.expectEnd();
      return { type: "if", branches, otherwise: end?.name === "else" ? this.#parseTo("endif") : [] };
    }
  }

  #parseFor(stream: TokenStream): Statement {
    const target = parseTarget(stream, "in");
    stream.expect("in");
    const iterable = parseTuple(stream, { withCondition: false, stop: ["recursive"] });
    const test = stream.skip("if") ? parseExpression(stream) : null;
    const recursive = stream.skip("recursive");
    stream.expectEnd();
    this.#loops += 1;
    const { body, end } = this.#parseBody(["else", "endfor"]);
    this.#loops -= 1;
    end?.stream.expectEnd();
    const otherwise = end?.name === "else" ? this.#parseTo("endfor") : [];
    return { type: "for", target, iterable, test, recursive, body, otherwise };
  }

  #parseSet(stream: TokenStream): Statement {
    const target = parseTarget(stream, "=");
    if (stream.skip("=")) {
      const value = parseTuple(stream);
      stream.expectEnd();
      return { type: "set", target, value };
    }
    const filter = stream.is("|") ? parseBlockFilters(stream, false) : null;
    stream.expectEnd();
    return { type: "set block", target, filter, body: this.#parseTo("endset") };
  }

  #parseMacro(stream: TokenStream): Statement {
    const name = stream.takeName();
    const parameters = parseParameters(stream, parseExpression);
    stream.expectEnd();
    return { type: "macro", macro: this.#parseMacroBody(name, parameters, "endmacro") };
  }

  #parseMacroBody(name: string, parameters: Parameter[], end: string): MacroBody {
    const loops = this.#loops;
    this.#loops = 0;
    const body = this.#parseTo(end);
    this.#loops = loops;
    return { name, parameters, body, uses: findUses(body) };
  }

  #parseCall(stream: TokenStream): Statement {
    const parameters = stream.is("(") ? parseParameters(stream, parseExpression) : [];
    const call = parseExpression(stream);
    stream.expectEnd();
    if (call.type !== "call") fail('"{% call %}" needs the call of a macro');
    return { type: "call block", call, caller: this.#parseMacroBody("caller", parameters, "endcall") };
  }

  #parseWith(stream: TokenStream): Statement {
    const bindings: [Target, ReturnType<typeof parseExpression>][] = [];
    while (!stream.ended) {
      if (bindings.length > 0) stream.expect(",");
      const target = parseSingleTarget(stream);
      stream.expect("=");
      bindings.push([target, parseExpression(stream)]);
    }
    return { type: "with", bindings, body: this.#parseTo("endwith") };
  }
}

/** One name or several between commas, up to `stop`. */
function parseTarget(stream: TokenStream, stop: string): Target {
  const items: Target[] = [];
  let isTuple = false;
  while (!(stream.ended || stream.is(stop) || stream.is(")"))) {
    items.push(parseSingleTarget(stream));
    if (!stream.skip(",")) break;
    isTuple = true;
  }
  const [first] = items;
  if (!first) return fail("a name is missing");
  return isTuple ? { type: "tuple", items } : first;
}

function parseSingleTarget(stream: TokenStream): Target {
  if (stream.skip("(")) {
    const inner = parseTarget(stream, ")");
    stream.expect(")");
    return inner;
  }
  const name = stream.takeName();
  if (constants.has(name)) fail(`"${name}" cannot be set`);
  return stream.skip(".")
    ? { type: "member", namespace: name, name: stream.takeName() }
    : { type: "name", name };
}
