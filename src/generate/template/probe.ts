import { probeCalls } from "./probe-calls.ts";
import { findReasoningTags } from "./reasoning-tags.ts";
import type { ChatTemplate } from "./template.ts";
import { effortKwargs, type TemplateTraits } from "./traits.ts";
import { createTrial, type Trial, trialTools, words } from "./trial.ts";

/** Finds out with about thirty trial renders what a template renders correctly; done once for a loaded model. */
export function probeTemplate(template: ChatTemplate): TemplateTraits {
  const noTools = probeNoTools(template);
  const plain = createTrial(template, noTools);
  const content = probeContent(plain);
  const trial = withContent(plain, content);
  return {
    content,
    ...probeOrder(trial),
    noTools,
    tools: probeTools(trial),
    systemTools: probeSystemTools(trial),
    ...probeCalls(trial),
    kwargs: probeKwargs(trial),
    efforts: probeEfforts(trial),
    reasoning: findReasoningTags(template.source),
  };
}

const user = (content: unknown = words.user) => ({ role: "user", content });
const system = (content: string = words.system) => ({ role: "system", content });
const assistant = (content: string = words.assistant) => ({ role: "assistant", content });

function shows(prompt: string | null, ...wanted: string[]): boolean {
  return prompt !== null && wanted.every((word) => prompt.includes(word));
}

function probeNoTools(template: ChatTemplate): TemplateTraits["noTools"] {
  const renders = (noTools: TemplateTraits["noTools"]) => createTrial(template, noTools)([user()]) !== null;
  return !renders(null) && renders("empty list") ? "empty list" : null;
}

function probeContent(trial: Trial): "text" | "parts" {
  if (shows(trial([user()]), words.user)) return "text";
  const parts = trial([user([{ type: "text", text: words.user }])]);
  return shows(parts, words.user) ? "parts" : "text";
}

function withContent(trial: Trial, form: "text" | "parts"): Trial {
  if (form === "text") return trial;
  const toParts = (content: unknown) =>
    typeof content === "string" ? [{ type: "text", text: content }] : content;
  return (messages, options) =>
    trial(
      messages.map((message) => ({ ...message, content: toParts(message.content) })),
      options,
    );
}

function probeOrder(
  trial: Trial,
): Pick<TemplateTraits, "system" | "severalSystems" | "alternation" | "assistantFirst" | "emptyAssistant"> {
  const later = trial([system(), user(), assistant(), system(words.otherSystem), user(words.otherUser)]);
  const first = shows(trial([system(), user()]), words.system, words.user);
  const several = trial([system(), system(words.otherSystem), user()]);
  const users = trial([user(), user(words.otherUser)]);
  const assistants = trial([user(), assistant(), assistant(words.otherAssistant), user()]);
  const answered = trial([system(), user(), assistant()]);
  const isLost = shows(answered, words.user, words.assistant) && !shows(answered, words.system);
  const place = shows(later, words.system, words.otherSystem) ? "anywhere" : "first";
  return {
    system: !first ? "nowhere" : isLost ? "with last user" : place,
    severalSystems: shows(several, words.system, words.otherSystem),
    alternation:
      !shows(users, words.user, words.otherUser) || !shows(assistants, words.assistant, words.otherAssistant),
    emptyAssistant: trial([user(), assistant(""), user(words.otherUser)]) !== null,
    assistantFirst: shows(trial([assistant(), user()]), words.assistant, words.user),
  };
}

function probeTools(trial: Trial): boolean {
  return shows(trial([user()], { tools: true }), words.tool, words.user);
}

function probeSystemTools(trial: Trial): boolean {
  const tools = JSON.stringify(trialTools.map((tool) => tool.function));
  return shows(trial([{ ...system(), tools }, user()]), words.tool, words.system, words.user);
}

const switches: [name: string, ...values: [unknown, unknown]][] = [
  ["enable_thinking", true, false],
  ["thinking", true, false],
  ...effortKwargs.map((name): [string, unknown, unknown] => [name, "low", "high"]),
];

function probeKwargs(trial: Trial): string[] {
  const render = (name: string, value: unknown) => trial([user()], { kwargs: { [name]: value } });
  const changes = switches.filter(([name, one, other]) => render(name, one) !== render(name, other));
  return changes.map(([name]) => name);
}

/** The levels that models with three of them are trained on. */
const levels = ["low", "medium", "high"];

/** For each word of OpenAI's and Anthropic's APIs what comes nearest to it, the best first. */
const nearest: Readonly<Record<string, readonly string[]>> = {
  none: ["none", "no_think", "low"],
  minimal: ["minimal", "low"],
  low: ["low"],
  medium: ["medium", "high", "low"],
  high: ["high"],
  xhigh: ["xhigh", "high"],
  max: ["max", "high"],
};

/**
 * A template may fail at a word that it does not know. One that writes whatever stands there ("Reasoning: none") takes any, so only
 * the three levels mean something to its model.
 */
function probeEfforts(trial: Trial): TemplateTraits["efforts"] {
  const render = (effort: string) =>
    trial([user()], { kwargs: Object.fromEntries(effortKwargs.map((name) => [name, effort])) });
  const isWritten = shows(render(words.effort), words.effort);
  const isTaken = (effort: string) => (!isWritten || levels.includes(effort)) && render(effort) !== null;
  const found = Object.entries(nearest).map(
    ([word, efforts]) => [word, efforts.find(isTaken) ?? word] as const,
  );
  return Object.fromEntries(found.filter(([word, taken]) => taken !== word));
}
