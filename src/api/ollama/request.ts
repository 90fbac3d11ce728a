import { type Static, Type } from "@sinclair/typebox";

import { toPrefill } from "../../generate/conversation.ts";

import type { RawPrompt, RawRequest } from "../../generate/raw.ts";

import type { TextRequest, ToolDefinition } from "../../generate/request.ts";
import { nullable } from "../nullable.ts";
import { malformed, unsupported } from "../refusal.ts";
import { KeepAlive } from "./keep-alive.ts";
import { Message, toImages, toTurns } from "./messages.ts";
import { answerFields, toWishes } from "./options.ts";

/**
 * Bodies of POST /api/chat and /api/generate (docs/openapi.yaml of Ollama, "ChatRequest" and "GenerateRequest", and api/types.go).
 * Lenient as Ollama is: keys that are not listed are ignored, null stands for absent.
 */
export const modelField = nullable(Type.String({ description: "A name or alias of the registry" }));

export const Tool = Type.Object(
  {
    function: Type.Object(
      {
        name: Type.String({ pattern: "^[a-zA-Z0-9_.-]{1,128}$" }),
        description: nullable(Type.String()),
        parameters: nullable(
          Type.Record(Type.String(), Type.Unknown(), { description: "JSON Schema of the arguments" }),
        ),
      },
      { additionalProperties: true },
    ),
  },
  { additionalProperties: true },
);

export const ChatRequest = Type.Object(
  {
    model: modelField,
    messages: nullable(Type.Array(Message, { description: "Without any, the model is loaded" })),
    tools: nullable(Type.Array(Tool, { maxItems: 128 })),
    ...answerFields,
    keep_alive: KeepAlive,
  },
  { additionalProperties: true },
);

export const GenerateRequest = Type.Object(
  {
    model: modelField,
    prompt: nullable(Type.String({ description: "Without one, the model is loaded" })),
    system: nullable(Type.String()),
    suffix: nullable(
      Type.String({
        description:
          "What follows the gap to fill, for models with fill-in-the-middle tokens; without a template",
      }),
    ),
    template: nullable(Type.String({ description: "Only an empty one is served" })),
    raw: nullable(Type.Boolean({ description: "The prompt as it is, without the chat template" })),
    images: nullable(Type.Array(Type.String(), { description: "In base64: PNG, JPEG, WebP or GIF" })),
    ...answerFields,
    keep_alive: KeepAlive,
  },
  { additionalProperties: true },
);

export type ChatRequest = Static<typeof ChatRequest>;
export type GenerateRequest = Static<typeof GenerateRequest>;

/** Throws `invalid_request` or `unsupported_parameter`; what any dialect could ask for is checked by generate/plan.ts. */
export function fromChat(body: ChatRequest): TextRequest {
  const turns = toTurns(body.messages ?? []);
  return {
    ...toWishes(body),
    conversation: { turns, at: "messages" },
    continueLast: toPrefill(turns),
    tools: (body.tools ?? []).map(toDefinition),
    toolChoice: anyTool,
  };
}

/**
 * A prompt is what a user says, after what the system says; a raw one, or one with a suffix, needs no chat template. Throws as
 * `fromChat` does.
 */
export function fromPrompt(body: GenerateRequest): TextRequest | RawRequest {
  const { prompt, system, images, template, suffix, raw } = body;
  if (template) {
    throw unsupported("template", "is not served: the model's own chat template is used. Leave it out.");
  }
  if (suffix) return toRaw(body, { type: "fim", prefix: prompt ?? "", suffix, files: [], at: "suffix" });
  if (raw) return toRaw(body, { type: "text", text: prompt ?? "" });
  const message = (role: "system" | "user", text: string, at: string) => ({
    role,
    name: null,
    parts: [...(role === "user" ? toImages(images, "images") : []), { type: "text" as const, text, at }],
    at,
  });
  const turns = [
    ...(system ? [message("system", system, "system")] : []),
    message("user", prompt ?? "", "prompt"),
  ];
  const conversation = { turns, at: "prompt" };
  return { ...toWishes(body), conversation, continueLast: null, tools: [], toolChoice: anyTool };
}

const anyTool = { mode: "auto", names: null, parallel: null, at: "tools" } as const;

function toDefinition({ function: tool }: Static<typeof Tool>, index: number): ToolDefinition {
  const at = `tools[${index}].function`;
  return {
    name: tool.name,
    description: tool.description ?? null,
    schema: tool.parameters ?? null,
    strict: false,
    at,
    schemaAt: `${at}.parameters`,
  };
}

function toRaw(body: GenerateRequest, prompt: RawPrompt): RawRequest {
  if ((body.images ?? []).length > 0)
    throw unsupported("images", "are not served with a raw prompt or a suffix.");
  if (body.raw && body.system)
    throw malformed("system", "cannot stand beside `raw`, which leaves the prompt as it is.");
  return { ...toWishes(body), prompts: [prompt], specialTokens: false };
}
