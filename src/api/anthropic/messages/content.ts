import type { ContentPart, Part, TextPart } from "../../../generate/conversation.ts";
import { malformed, unsupported } from "../../refusal.ts";
import type { ContentBlock, InnerBlock, MessageBlock } from "./blocks.ts";

type AnyBlock = ContentBlock | MessageBlock;
type Content<Block> = string | readonly Block[] | object | null | undefined;

/** What a message or a tool's result holds. Blocks of types that mean nothing here are skipped. */
export function toContent(content: Content<ContentBlock>, at: string): ContentPart[] {
  if (typeof content === "string") return [toText(content, at)];
  if (!isList(content)) return [];
  return separate(content.flatMap((block, index) => toContentParts(block, `${at}[${index}]`)));
}

/** A server tool's own result may be an object. */
function isList<Block>(content: Content<Block>): content is readonly Block[] {
  return Array.isArray(content);
}

/** Throws `invalid_request` for text without text, and `unsupported_parameter` for a document that is no text. */
export function toContentParts(block: AnyBlock, at: string): ContentPart[] {
  switch (block.type) {
    case "text":
      if (typeof block.text !== "string") throw malformed(at, 'is a text block without "text".');
      return [toText(block.text, at)];
    case "image":
      return [toImage(block, at)];
    case "document":
      return toDocument(block, at);
    case "search_result":
      return toSearchResult(block, at);
    case "tool_reference":
      return [toText(`The tool "${block.tool_name ?? ""}" is loaded: it can be called now.`, at)];
    // The summary that stands for an earlier part of the conversation.
    case "compaction":
      return typeof block.content === "string" ? [toText(block.content, at)] : [];
    default:
      return [];
  }
}

/** Each text on a line of its own: without a break between them a template would run the blocks together. */
export function separate<One extends Part>(parts: readonly One[]): One[] {
  const first = parts.findIndex(({ type }) => type === "text");
  return parts.map((part, index) =>
    part.type === "text" && index > first ? { ...part, text: `\n${part.text}` } : part,
  );
}

function toText(text: string, at: string): TextPart {
  return { type: "text", text, at };
}

/** Throws `unsupported_parameter` for a file of Anthropic's storage, which this server does not have. */
function toImage({ source }: Pick<AnyBlock, "source">, at: string): ContentPart {
  const known = typeof source === "object" ? source : null;
  const { type, data, media_type: mediaType, url } = known ?? {};
  if (type === "base64" && typeof data === "string")
    return { type: "image", url: `data:${mediaType ?? ""};base64,${data}`, at };
  if (type === "url" && typeof url === "string") return { type: "image", url, at };
  const what = known === null ? "has no source" : `has a source of type "${known.type}"`;
  throw unsupported(
    at,
    `is an image that ${what}: send one of type "base64" with its "data", or of type "url" with its "url".`,
  );
}

function toDocument({ source, title }: AnyBlock, at: string): ContentPart[] {
  const known = typeof source === "object" ? source : null;
  const heading = title ? [toText(title, at)] : [];
  if (known?.type === "text" && typeof known.data === "string") {
    return [...heading, toText(known.data, `${at}.source`)];
  }
  if (known?.type === "content") return [...heading, ...toInner(known.content, `${at}.source.content`)];
  const what = known === null ? "has no source" : `has a source of type "${known.type}"`;
  throw unsupported(
    at,
    `is a document that ${what}, but the models here take text only: send its text as a source of type "text".`,
  );
}

function toSearchResult({ title, source, content }: AnyBlock, at: string): ContentPart[] {
  const heading = [title, source].filter((text) => typeof text === "string" && text !== "").join(", ");
  return [...(heading === "" ? [] : [toText(heading, at)]), ...toInner(content, `${at}.content`)];
}

function toInner(content: Content<InnerBlock>, at: string): ContentPart[] {
  if (typeof content === "string") return [toText(content, at)];
  if (!isList(content)) return [];
  return content.flatMap((block, index): ContentPart[] => {
    const { type, text } = block;
    const where = `${at}[${index}]`;
    if (type === "image") return [toImage(block, where)];
    return typeof text === "string" ? [toText(text, where)] : [];
  });
}
