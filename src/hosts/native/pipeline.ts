import { OvError } from "../../errors.ts";
import { chooseDevice, findDeviceProblem } from "../../protocol/device.ts";
import type { LoadMessage } from "../../protocol/load.ts";
import { type Abilities, toAbilities } from "./abilities.ts";
import { type Pipeline, streaming, type Tokenizer } from "./binding.ts";
import type { Addon } from "./load-addon.ts";
import { withSpelledFolder } from "./spelling.ts";
import { toStructuredOutput } from "./structured-output.ts";

/** A chat template that returns its input unchanged. */
const verbatim = "{{ messages[0]['content'] }}";
/** Special tokens, spaces and line breaks at both ends, and what a template might take for its own. */
const sample = "\n <s>[INST] {{ a }} {% b %} \u00e9\u{1f600}\n\n ";

export interface LoadedPipeline {
  pipeline: Pipeline;
  tokenizer: Tokenizer;
  device: string;
  chatTemplate: string | null;
  abilities: Abilities;
}

/** Loads the model and tries it with one token, which also prepares the vocabulary for grammars. */
export async function loadPipeline({ genai, facts }: Addon, load: LoadMessage): Promise<LoadedPipeline> {
  const device = resolveDevice(load.device, facts.devices);
  // A compiled-model cache speeds up GPU and NPU loads a lot and does nothing on a CPU. No schedulerConfig: any
  // turns the prefix cache off, and the binding cannot turn it on.
  const cache = device === "CPU" ? {} : { CACHE_DIR: load.cache_dir };
  const pipeline = await withSpelledFolder(load.path, (folder) =>
    genai.LLMPipeline(folder, device, { ...cache, ...load.properties }),
  );
  const tokenizer = pipeline.getTokenizer();
  const chatTemplate = tokenizer.getOriginalChatTemplate() || null;
  renderVerbatim(tokenizer);
  const abilities = toAbilities(device, load.properties);
  await warmUp(pipeline, tokenizer, abilities);
  return { pipeline, tokenizer, device, chatTemplate, abilities };
}

/** The device that a load message means, of those that OpenVINO sees. Throws `model_load_failed`. */
function resolveDevice(wanted: string, seen: readonly string[]): string {
  const device = chooseDevice(wanted, seen);
  const problem = findDeviceProblem(device, seen);
  if (problem !== null) throw new OvError("model_load_failed", problem);
  return device;
}

/**
 * Makes prompts arrive as they are. The engine encodes a string prompt with special tokens when it applies no chat template,
 * which would double the start-of-text token of a rendered prompt, and without them when it applies one
 * (openvino.genai, pipeline_stateful.cpp and continuous_batching/pipeline_base.cpp, generate). So it gets a template
 * that renders its one message's text and nothing else.
 */
function renderVerbatim(tokenizer: Tokenizer): void {
  tokenizer.setChatTemplate(verbatim);
  const rendered = tokenizer.applyChatTemplate([{ role: "user", content: sample }], true);
  if (rendered !== sample)
    throw changed(`it rendered ${JSON.stringify(sample)} as ${JSON.stringify(rendered)}`);
}

async function warmUp(pipeline: Pipeline, tokenizer: Tokenizer, { grammar }: Abilities): Promise<void> {
  const prompt = "Hello there";
  const expected = tokenizer.encode(prompt, { add_special_tokens: false }).input_ids.getShape()[1] ?? 0;
  const letters = { structured_output_config: toStructuredOutput({ type: "regex", pattern: "[a-z]+" }) };
  const config = { apply_chat_template: true, max_new_tokens: 1, ...(grammar && letters) };
  const { perfMetrics } = await pipeline.generate(prompt, config, () => streaming.running);
  const taken = perfMetrics.getNumInputTokens();
  if (taken !== expected) throw changed(`it took ${taken} tokens for ${expected}`);
}

function changed(how: string): OvError {
  return new OvError(
    "model_load_failed",
    `The native engine changes prompts of this model (${how}): use engine=batching.`,
  );
}
