import type { UnservedArea } from "../dialect.ts";

/** The areas of OpenAI's API that have no route here (API reference; `ocr` and `search` are LiteLLM's), and what they do. */
export const unservedByOpenAi: readonly UnservedArea[] = [
  { path: "/v1/images", does: "make images" },
  { path: "/v1/videos", does: "make videos" },
  { path: "/v1/moderations", does: "moderate texts" },
  { path: "/v1/files", does: "keep files" },
  { path: "/v1/uploads", does: "keep files" },
  { path: "/v1/batches", does: "run batches" },
  { path: "/v1/fine_tuning", does: "train models" },
  { path: "/v1/assistants", does: "keep assistants" },
  { path: "/v1/threads", does: "keep threads" },
  { path: "/v1/conversations", does: "keep conversations" },
  { path: "/v1/vector_stores", does: "keep vector stores" },
  { path: "/v1/containers", does: "run code" },
  { path: "/v1/evals", does: "evaluate models" },
  { path: "/v1/realtime", does: "hold live conversations" },
  { path: "/v1/ocr", does: "read documents" },
  { path: "/v1/search", does: "search" },
];
