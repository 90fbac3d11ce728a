import type { TemplateMessage } from "./template.ts";
import type { TemplateTraits } from "./traits.ts";
import { type CallForm, callMessages, type Trial, words } from "./trial.ts";

type CallTraits = Pick<
  TemplateTraits,
  | "toolCalls"
  | "arguments"
  | "textArguments"
  | "severalCalls"
  | "callContent"
  | "shortCallIds"
  | "toolResults"
  | "userAfterTool"
>;

type Pairs = [value: string, result: string][];

const one: Pairs = [[words.value, words.result]];
const two: Pairs = [...one, [words.otherValue, words.otherResult]];

/** In the order of preference: with objects templates write the JSON that the model was trained on. */
const forms: CallForm[] = [false, true].flatMap((shortIds) =>
  (["object", "text"] as const).flatMap((args) =>
    (["", null] as const).map((content) => ({ arguments: args, content, shortIds })),
  ),
);

export function probeCalls(trial: Trial): CallTraits {
  const render = (...messages: TemplateMessage[]) =>
    trial([{ role: "user", content: words.user }, ...messages], { tools: true });
  const showsCalls = createCallCheck(render() ?? "");
  const calls = (form: CallForm) => showsCalls(render(...callMessages(form, one).slice(0, 1)), one);
  const results = (form: CallForm) => showsResults(render(...callMessages(form, one)), one);
  const known = forms.find((form) => calls(form) && results(form));
  const form = known ?? forms.find(calls);
  if (form === undefined) return { ...noCalls, toolResults: probeBareResults(render) };

  const bare = render(...callMessages({ ...form, content: null }, one));
  const full = render(...callMessages({ ...form, content: "" }, one));
  const bareIsRight = bare !== null && showsCalls(bare, one);
  const after = render(...callMessages(form, one), { role: "user", content: words.otherUser });
  const both = render(...callMessages(form, two));
  return {
    toolCalls: true,
    arguments: form.arguments,
    textArguments: render(...callMessages({ ...form, arguments: "text" }, one)) !== null,
    severalCalls: showsCalls(both, two) && (!known || showsResults(both, two)),
    callContent: bareIsRight && bare.length < (full ?? bare).length ? null : form.content,
    shortCallIds: form.shortIds,
    toolResults: known !== undefined,
    userAfterTool: after?.includes(words.otherUser) ?? false,
  };
}

/** Some templates know the role `tool`, but leave it to the assistant's text to call. */
function probeBareResults(render: (...messages: TemplateMessage[]) => string | null): boolean {
  const assistant = { role: "assistant", content: words.assistant };
  const tool = { role: "tool", name: words.tool, tool_call_id: "call_zebra_0", content: words.result };
  return showsResults(render(assistant, tool), one);
}

const noCalls = {
  toolCalls: false,
  arguments: "object",
  textArguments: true,
  severalCalls: true,
  callContent: "",
  shortCallIds: false,
  userAfterTool: true,
} as const;

const wrongForms = [`\\"${words.key}`, `'${words.key}'`, "[object Object]", "None"];

/**
 * Whether the arguments stand there as JSON or in the template's own form: not escaped twice, not as Python prints them.
 * `without`: the prompt without calls, which may have such texts by itself.
 */
function createCallCheck(without: string): (prompt: string | null, values: Pairs) => boolean {
  const count = (prompt: string, text: string) => prompt.split(text).length;
  return (prompt, values) =>
    prompt !== null &&
    values.every(([value]) => prompt.includes(value)) &&
    wrongForms.every((text) => count(prompt, text) === count(without, text));
}

function showsResults(prompt: string | null, values: Pairs): boolean {
  const isShown = (result: string) => prompt?.includes(result) && !prompt.includes(`'${result}'`);
  return values.every(([, result]) => isShown(result));
}
