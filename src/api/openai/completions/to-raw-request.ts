import type { RawPrompt, RawRequest } from "../../../generate/raw.ts";
import { malformed, unsupported } from "../../refusal.ts";
import { toSampling, toStops } from "../../sampling.ts";
import { toAnswerForm } from "../chat/answer-form.ts";
import { toTokenLimit } from "../token-limit.ts";
import type { CompletionRequest } from "./request.ts";

/** OpenAI's and vLLM's default of `max_tokens`. */
const defaultTokens = 16;

/**
 * What a completion request asks for. Throws `invalid_request` or `unsupported_parameter` for what OpenAI's shape can say
 * and is not served; the rest is checked by generate/raw.ts.
 */
export function toRawRequest(body: CompletionRequest): RawRequest {
  refuseUnsupported(body);
  return {
    prompts: toPrompts(body),
    choices: body.n ?? 1,
    form: toAnswerForm(body),
    sampling: toSampling(body),
    stops: toStops(body.stop),
    maxTokens: toTokenLimit(body.max_tokens ?? defaultTokens, "max_tokens"),
    ignoreEos: body.ignore_eos ?? false,
    logprobs: typeof body.logprobs === "number" ? { at: "logprobs" } : null,
    specialTokens: body.skip_special_tokens === false,
  };
}

/** The prompts in their order; a list of texts and a list of lists have several. */
export function toPromptList(prompt: CompletionRequest["prompt"]): (string | number[])[] {
  if (prompt === undefined || prompt === null) return [""];
  if (typeof prompt === "string") return [prompt];
  const ids = prompt.filter((item) => typeof item === "number");
  return ids.length > 0 ? [ids] : prompt.filter((item) => typeof item !== "number");
}

function toPrompts({ prompt, suffix, add_special_tokens }: CompletionRequest): RawPrompt[] {
  return toPromptList(prompt).map((one): RawPrompt => {
    if (typeof one !== "string") {
      if (suffix)
        throw malformed("suffix", "needs a prompt of text: token ids hold the gap's marks already.");
      return { type: "tokens", tokens: one };
    }
    // Nothing follows the gap: to go on is all there is to do.
    if (!suffix) return { type: "text", text: one, bare: add_special_tokens === false };
    return { type: "fim", prefix: one, suffix, files: [], at: "suffix" };
  });
}

/** A value that asks for nothing, such as an empty list, is fine. */
function refuseUnsupported(body: CompletionRequest): void {
  const { best_of, logit_bias, logprobs, n } = body;
  const choices = n ?? 1;
  if ((best_of ?? choices) !== choices) {
    throw unsupported("best_of", `is not supported: all ${choices} choices are returned. Leave it out.`);
  }
  if (Object.keys(logit_bias ?? {}).length > 0) {
    throw unsupported("logit_bias", "is not supported: the engine cannot bias single tokens. Leave it out.");
  }
  if (typeof body.prompt_logprobs === "number") {
    throw unsupported("prompt_logprobs", `is not supported: ${onlyNew}. Leave it out.`);
  }
  if (body.echo && typeof logprobs === "number") {
    throw unsupported("echo", `is not supported together with \`logprobs\`: ${onlyNew}.`);
  }
  if ((logprobs ?? 0) > 0) {
    throw unsupported(
      "logprobs",
      `is ${logprobs}, but the engine returns the chosen token only, not the likeliest ones: send 0.`,
    );
  }
}

const onlyNew = "the engine returns log probabilities of new tokens only";
