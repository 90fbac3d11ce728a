import { describe, expect, test } from "bun:test";
import { OvError } from "../../src/errors.ts";
import { renderFor } from "../../src/generate/prompt.ts";
import { OutOfSteps } from "../../src/generate/template/jinja/budget.ts";
import { define, modelOf, plan, turn } from "./text-request.ts";

/** Takes few steps to fail with tools, and many to render without them. */
const template =
  "{% if tools and messages | length > 5 %}{{ raise_exception('no tools') }}{% endif %}" +
  "{{ tools | tojson if tools }}{% for message in messages %}{{ message.content }}" +
  "{% for other in messages %}{{ other.role[0] }}{% endfor %}{% endfor %}";

describe("a prompt of a conversation whose template fails with its tools", () => {
  const turns = Array.from({ length: 40 }, (_, index) => turn(index % 2 === 0 ? "user" : "assistant", "Hi"));
  const { source } = plan({ tools: [define("find")], conversation: { turns, at: "turns" } });
  const model = modelOf({ chat_template: template }, "hermes");
  const now = new Date(0);

  test("explains them in our own words", () => {
    const { text, explained } = renderFor(source, model, { now });
    expect(explained).toBeTrue();
    expect(text).toContain("find");
  });

  test("runs out of the few steps that it is given for all renders, and says so", () => {
    let thrown: unknown;
    try {
      renderFor(source, model, { now, steps: 1000 });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OvError);
    expect(thrown instanceof OvError && thrown.cause).toBeInstanceOf(OutOfSteps);
  });
});
