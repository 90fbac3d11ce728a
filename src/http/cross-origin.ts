import { cors } from "@elysiajs/cors";
import { Elysia } from "elysia";

/** How long a browser may cache the permission, so that not every call costs two requests; Chromium caps it at 2 hours. */
const preflightSeconds = 600;

/**
 * Lets pages of these origins call the API; without any, browsers keep all pages out. They may send any header: clients for
 * browsers add their own, such as x-stainless-lang, and each release may add more.
 */
export function crossOrigin(origins: string[]) {
  if (origins.length === 0) return new Elysia();
  return cors({
    origin: origins,
    allowedHeaders: true,
    exposeHeaders: ["x-request-id", "request-id", "retry-after", "x-ov-llm-warning", "x-ov-llm-box"],
    methods: ["GET", "POST", "DELETE", "OPTIONS"],
    credentials: false,
    maxAge: preflightSeconds,
  });
}
