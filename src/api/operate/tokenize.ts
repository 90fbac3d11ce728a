import { type Static, Type } from "@sinclair/typebox";
import { OvError } from "../../errors.ts";
import type { Catalog } from "../../serving/catalog.ts";
import type { TextService } from "../../serving/text.ts";
import type { TokenizeService, TokenizeText } from "../../serving/tokenize.ts";
import { nullable } from "../nullable.ts";
import { ChatMessage } from "../openai/chat/messages.ts";
import { toTextRequest } from "../openai/chat/to-text-request.ts";
import { Tool } from "../openai/chat/tools.ts";
import { openai } from "../openai/errors.ts";
import { unsupported } from "../refusal.ts";
import { loadErrors, type Route, withJson } from "../route.ts";

const model = nullable(Type.String({ description: "A name or alias of the registry" }));
const tokens = Type.Array(Type.Integer({ minimum: 0, maximum: 2_147_483_647 }));

/**
 * Body of POST /tokenize, with the fields and defaults of vLLM (vllm/entrypoints/serve/tokenize/protocol.py:
 * TokenizeCompletionRequest and TokenizeChatRequest in one). Either `prompt` or `messages`.
 */
export const TokenizeRequest = Type.Object(
  {
    model,
    prompt: nullable(Type.String()),
    messages: nullable(Type.Array(ChatMessage, { minItems: 1 })),
    add_special_tokens: nullable(
      Type.Boolean({
        description: "Default: true for `prompt`, false for `messages`, whose template adds its own",
      }),
    ),
    return_token_strs: nullable(Type.Boolean({ description: "Default: false" })),
    add_generation_prompt: nullable(Type.Boolean({ description: "Of `messages`. Default: true" })),
    continue_final_message: nullable(
      Type.Boolean({ description: "Up to where the last message, an assistant's, is continued" }),
    ),
    chat_template: nullable(Type.String({ description: "Only null is served: the model's own is used" })),
    chat_template_kwargs: nullable(Type.Record(Type.String(), Type.Unknown())),
    tools: nullable(Type.Array(Tool, { maxItems: 128 })),
  },
  { additionalProperties: true },
);

export const TokenizeAnswer = Type.Object({
  count: Type.Integer({ minimum: 0 }),
  max_model_len: Type.Integer({ minimum: 1, description: "The model's context length in tokens" }),
  tokens,
  token_strs: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: "null unless `return_token_strs`",
  }),
});

export const DetokenizeRequest = Type.Object({ model, tokens }, { additionalProperties: true });

export const DetokenizeAnswer = Type.Object({ prompt: Type.String() });

export type TokenizeRequest = Static<typeof TokenizeRequest>;
export type TokenizeAnswer = Static<typeof TokenizeAnswer>;
export type DetokenizeAnswer = Static<typeof DetokenizeAnswer>;

export interface TokenizeRoutesDeps {
  catalog: Catalog;
  text: Pick<TextService, "render">;
  tokenize: TokenizeService;
}

const errors = [...loadErrors, "model_required", "queue_full"] as const;

/** POST /tokenize and /detokenize, as vLLM has them. */
export function createTokenizeRoutes({ catalog, text, tokenize }: TokenizeRoutesDeps): Route[] {
  function toText(
    body: TokenizeRequest,
    named: ReturnType<Catalog["resolve"]>,
    client: string,
  ): TokenizeText["toText"] {
    const { prompt, messages } = body;
    refuse(body);
    // A tokenizer takes no halves of characters.
    if (typeof prompt === "string" && !messages) return () => ({ text: prompt.toWellFormed(), cut: null });
    if (!messages || typeof prompt === "string") {
      const param = messages ? "prompt" : "messages";
      throw new OvError("invalid_request", 'Send either "prompt" or "messages".', { param });
    }
    const { add_generation_prompt, tools = null, chat_template_kwargs = null } = body;
    const { continue_final_message = null } = body;
    const request = toTextRequest({
      messages,
      tools,
      chat_template_kwargs,
      continue_final_message,
      // Here `false` asks for the messages alone; in chat it asks for a continuation.
      add_generation_prompt: add_generation_prompt || null,
    });
    const addGenerationPrompt = continue_final_message || (add_generation_prompt ?? true);
    return (loaded) => text.render(named, request, loaded, { addGenerationPrompt, client });
  }

  return [
    withJson(TokenizeRequest, {
      method: "POST",
      path: "/tokenize",
      dialect: openai,
      async handle({ body, notes, ...asker }) {
        const named = catalog.resolveServed(body.model, "tokenize");
        notes.set({ model: named.name });
        const { tokens, strings, contextLength } = await tokenize.tokenize(named, asker, {
          toText: toText(body, named, asker.client),
          addSpecialTokens: body.add_special_tokens ?? !body.messages,
          strings: body.return_token_strs ?? false,
        });
        const count = tokens.length;
        const answer: TokenizeAnswer = { count, max_model_len: contextLength, tokens, token_strs: strings };
        return { type: "json", body: answer };
      },
      doc: {
        summary: "Tokenize text or messages",
        answer: { "application/json": TokenizeAnswer },
        errors: [...errors, "unsupported_parameter", "context_length_exceeded", "chat_template_failed"],
      },
    }),
    withJson(DetokenizeRequest, {
      method: "POST",
      path: "/detokenize",
      dialect: openai,
      async handle({ body, notes, ...asker }) {
        const named = catalog.resolveServed(body.model, "detokenize");
        notes.set({ model: named.name });
        const prompt = await tokenize.detokenize(named, asker, body.tokens);
        return { type: "json", body: { prompt } satisfies DetokenizeAnswer };
      },
      doc: {
        summary: "Detokenize tokens",
        answer: { "application/json": DetokenizeAnswer },
        errors,
      },
    }),
  ];
}

/** What would change the tokens and is not served. */
function refuse({ chat_template }: TokenizeRequest): void {
  if (typeof chat_template === "string") throw unsupported("chat_template", "is not served: leave it out.");
}
