import { type Static, Type } from "@sinclair/typebox";
import type { Box } from "./boxes.ts";
import type { Fallback } from "./fallbacks.ts";
import type { BoxModel, Mode, Offer, Placed } from "./models.ts";

const Params = Type.Object({
  model: Type.String(),
  api_base: Type.Optional(Type.String()),
  api_key: Type.Optional(Type.String()),
  cooldown_time: Type.Optional(Type.Number()),
});

const Deployment = Type.Object({
  model_name: Type.String(),
  litellm_params: Params,
  model_info: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
});

/** What LiteLLM's proxy reads with `--config` (1.83, docs "All settings"). */
export const LiteLlmConfig = Type.Object({
  model_list: Type.Array(Deployment),
  router_settings: Type.Object({
    routing_strategy: Type.String(),
    num_retries: Type.Integer(),
    allowed_fails: Type.Integer(),
    cooldown_time: Type.Number(),
    timeout: Type.Number(),
    stream_timeout: Type.Number(),
    optional_pre_call_checks: Type.Array(Type.String()),
    enable_pre_call_checks: Type.Boolean(),
    fallbacks: Type.Array(Type.Record(Type.String(), Type.Array(Type.String()))),
  }),
  general_settings: Type.Object({
    master_key: Type.String(),
    background_health_checks: Type.Boolean(),
    health_check_interval: Type.Integer(),
  }),
});
export type LiteLlmConfig = Static<typeof LiteLlmConfig>;
type Deployment = Static<typeof Deployment>;

/** LiteLLM's providers whose paths below `/v1` and whose fields are ours. */
const providers: Readonly<Record<Mode, string>> = {
  chat: "openai",
  embedding: "openai",
  rerank: "hosted_vllm",
  audio_transcription: "openai",
};

/** OV_REQUEST_SECONDS: no answer of a box takes longer. */
const requestSeconds = 3600;
/** Between two pieces of a stream; a live box sends a comment every 10 s. */
const silentSeconds = 60;

/** Few enough that a request that crashes engines does not reach a whole fleet. */
const retries = 4;
/** Short: while all boxes of a model cool down, LiteLLM refuses its requests at once, whatever the retries. */
const cooldownSeconds = 2;

export interface ConfigOptions {
  offers: readonly Offer[];
  fallbacks: readonly Fallback[];
  /** Write the keys themselves, not the names of the variables that have them. */
  keysInFile: boolean;
}

export function toLiteLlmConfig({ offers, fallbacks, keysInFile }: ConfigOptions): LiteLlmConfig {
  const checked = offers.some(({ placed }) => placed.some(isChecked));
  return {
    model_list: [
      ...offers.flatMap((offer) => offer.placed.map((one) => toDeployment(offer.name, one, keysInFile))),
      ...toForeign(fallbacks, offers),
    ],
    router_settings: {
      routing_strategy: "least-busy",
      num_retries: retries,
      allowed_fails: 0,
      cooldown_time: cooldownSeconds,
      timeout: requestSeconds,
      stream_timeout: silentSeconds,
      optional_pre_call_checks: ["responses_api_deployment_check", "session_affinity"],
      enable_pre_call_checks: offers.some(isUneven),
      fallbacks: toFallbacks(fallbacks, offers),
    },
    general_settings: {
      master_key: "os.environ/LITELLM_MASTER_KEY",
      background_health_checks: checked,
      health_check_interval: 30,
    },
  };
}

/** A check requests a token, and so loads the model: only models that are always in memory are checked. */
function isChecked({ model }: Placed): boolean {
  return model.pinned && model.parent === null;
}

/** Whether a prompt may fit on one box and not on another; LiteLLM then counts its tokens, which costs it time. */
function isUneven({ placed }: Offer): boolean {
  return new Set(placed.map(({ model }) => model.context_length)).size > 1;
}

function toDeployment(name: string, placed: Placed, keysInFile: boolean): Deployment {
  const { box, model, mode } = placed;
  return {
    model_name: name,
    litellm_params: {
      model: `${providers[mode]}/${model.id}`,
      api_base: `${box.url}/v1`,
      api_key: toKey(box, keysInFile),
      // On the deployment itself: otherwise the Retry-After of a busy box would be longer.
      cooldown_time: cooldownSeconds,
    },
    model_info: {
      id: toId(box, model),
      mode,
      ...toInfo(model, mode),
      ...(isChecked(placed) ? {} : { disable_background_health_check: true }),
    },
  };
}

/** LiteLLM puts it into ids of responses, between colons and semicolons. */
function toId(box: Box, model: BoxModel): string {
  return `${box.name.replace(/[^\w.-]+/g, "-")}/${encodeURIComponent(model.id)}`;
}

/** LiteLLM's client refuses to ask without a key. */
function toKey({ key }: Box, keysInFile: boolean): string {
  if (key === null) return "none";
  return keysInFile ? key.value : `os.environ/${key.variable}`;
}

function toInfo({ context_length: context, capabilities }: BoxModel, mode: Mode): Deployment["model_info"] {
  const can = (capability: string) => capabilities.includes(capability);
  return {
    input_cost_per_token: 0,
    output_cost_per_token: 0,
    ...(context === null ? {} : { max_input_tokens: context }),
    ...(mode !== "chat"
      ? {}
      : {
          ...(context === null ? {} : { max_output_tokens: context }),
          supports_function_calling: can("tools"),
          supports_tool_choice: can("tools"),
          supports_response_schema: true,
          supports_vision: can("vision"),
          supports_reasoning: can("thinking"),
          supports_native_streaming: true,
        }),
  };
}

/** LiteLLM reads a provider's key from the provider's usual variable. */
function toForeign(fallbacks: readonly Fallback[], offers: readonly Offer[]): Deployment[] {
  const known = new Set(offers.map(({ name }) => name));
  const foreign = new Set(fallbacks.map(({ to }) => to).filter((to) => !known.has(to)));
  return [...foreign].map((model) => ({
    model_name: model,
    litellm_params: { model },
    model_info: { id: model, disable_background_health_check: true },
  }));
}

function toFallbacks(fallbacks: readonly Fallback[], offers: readonly Offer[]): Record<string, string[]>[] {
  return offers.flatMap(({ name, mode }) => {
    const others = fallbacks
      .filter(({ from, to }) => to !== name && (from === name || (from === null && mode === "chat")))
      .map(({ to }) => to);
    return others.length === 0 ? [] : [{ [name]: others }];
  });
}
