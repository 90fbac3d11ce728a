import { cors } from "@elysiajs/cors";
import { Elysia } from "elysia";

/** What the official clients of OpenAI and Anthropic send from a page. */
const requestHeaders = [
  "authorization",
  "content-type",
  "x-request-id",
  "x-api-key",
  "anthropic-version",
  "anthropic-beta",
  "anthropic-dangerous-direct-browser-access",
  ...["arch", "helper", "helper-method", "lang", "os", "package-version"].map(
    (name) => `x-stainless-${name}`,
  ),
  ...["retry-count", "runtime", "runtime-version", "timeout"].map((name) => `x-stainless-${name}`),
];

/** Lets pages of these origins call the API; without any, browsers keep all pages out. */
export function crossOrigin(origins: string[]) {
  if (origins.length === 0) return new Elysia();
  return cors({
    origin: origins,
    allowedHeaders: requestHeaders,
    exposeHeaders: ["x-request-id", "request-id", "retry-after", "x-ov-llm-warning"],
    methods: ["GET", "POST", "DELETE", "OPTIONS"],
    credentials: false,
  });
}
