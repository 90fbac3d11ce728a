import { LRUCache } from "lru-cache";
import type { AnswerPart, ChoicePart } from "../generate/parts.ts";
import type { LooseSchema } from "../generate/tools/choice.ts";
import type { Events } from "./events.ts";
import { createSchemaValidator, longestAnswer } from "./schema-validator.ts";

/** Reports keywords of schemas that their grammars do not enforce, and the answers that violate them. */
export interface SchemaChecks {
  /** Publishes what was widened, once for each tool. */
  note(model: string, loose: readonly LooseSchema[]): void;
  /** Passes the parts on unchanged; publishes an answer that violates one of the schemas when it has ended. */
  watch(
    model: string,
    loose: readonly LooseSchema[],
    parts: AsyncIterable<ChoicePart>,
  ): AsyncGenerator<ChoicePart>;
}

/** How many tools are remembered as reported. */
const mostReported = 1000;
/** The most places that one report names. */
const mostPlaces = 20;

export function createSchemaChecks(events: Pick<Events, "publish">): SchemaChecks {
  const validate = createSchemaValidator();
  const reported = new LRUCache<string, true>({ max: mostReported });

  function check(model: string, loose: readonly LooseSchema[], { tool, json }: Written): void {
    for (const { schema } of loose.filter((one) => one.tool === tool)) {
      const verdict = validate(schema, json);
      if (verdict.type !== "missed") continue;
      events.publish({ topic: "schema", type: "missed", model, tool, keyword: verdict.keyword });
    }
  }

  return {
    note(model, loose) {
      for (const { tool, widened } of loose) {
        const places = widened.slice(0, mostPlaces).map(({ at, keyword }) => ({ at, keyword }));
        const key = JSON.stringify([model, tool, places]);
        if (reported.has(key)) continue;
        reported.set(key, true);
        events.publish({ topic: "schema", type: "widened", model, tool, places, count: widened.length });
      }
    },
    async *watch(model, loose, parts) {
      const choices: ReturnType<typeof createCollector>[] = [];
      for await (const one of parts) {
        yield one;
        choices[one.index] ??= createCollector();
        for (const written of choices[one.index]?.add(one.part) ?? []) check(model, loose, written);
      }
    },
  };
}

/** Complete JSON from a model; `tool`: the tool whose arguments it is, null: the answer itself. */
interface Written {
  tool: string | null;
  json: string;
}

/** Assembles one choice; what was cut off is left out, and what is too long to check is not kept. */
function createCollector() {
  const calls: Written[] = [];
  let content = "";
  const append = (before: string, text: string) => (before.length > longestAnswer ? before : before + text);

  function end({ reason, stop }: Extract<AnswerPart, { type: "end" }>): Written[] {
    const whole = reason === "length" ? calls.slice(0, -1) : calls;
    const spoke = calls.length === 0 && reason !== "length" && stop === null;
    return spoke ? [{ tool: null, json: content }] : whole;
  }

  return {
    add(part: AnswerPart): Written[] {
      const call = calls.at(-1);
      if (part.type === "text") content = append(content, part.text);
      else if (part.type === "call_start") calls.push({ tool: part.name, json: "" });
      else if (part.type === "call_arguments" && call) call.json = append(call.json, part.text);
      return part.type === "end" ? end(part) : [];
    },
  };
}
