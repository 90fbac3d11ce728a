import { Type } from "@sinclair/typebox";
import { openai } from "../openai/errors.ts";
import { type Answer, bodiless, type Route } from "../route.ts";

/** The page and what it consists of, as text. */
export interface PageFiles {
  "index.html": string;
  "page.js": string;
  "page.css": string;
  "icon.svg": string;
}

/** Reads it when it is asked for first. */
export type ReadPage = () => Promise<PageFiles>;

/** Their addresses change with their contents; the icon's does not everywhere. */
const assets = [
  { name: "page.js", contentType: "text/javascript; charset=utf-8", cache: "max-age=31536000, immutable" },
  { name: "page.css", contentType: "text/css; charset=utf-8", cache: "max-age=31536000, immutable" },
  { name: "icon.svg", contentType: "image/svg+xml", cache: "max-age=3600" },
] as const;

const commonHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** Only this server is asked for anything, nothing inline runs, and no other page may show this one (CSP level 3). */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page itself, at GET / for browsers. Holds nothing that needs the key: it asks for one where the API does. */
export async function answerPage(read: ReadPage): Promise<Answer> {
  return {
    type: "raw",
    contentType: "text/html; charset=utf-8",
    headers: {
      ...commonHeaders,
      "content-security-policy": policy,
      "cache-control": "no-cache",
      vary: "accept",
    },
    body: (await read())["index.html"],
  };
}

/** Whether the request comes from a browser's address bar. */
export function isForPage(headers: Headers): boolean {
  return headers.get("accept")?.includes("text/html") ?? false;
}

/** GET /page/…: what the page loads. */
export function createPageRoutes(read: ReadPage | null): Route[] {
  if (read === null) return [];
  return assets.map(({ name, contentType, cache }) =>
    bodiless({
      method: "GET",
      path: `/page/${name}`,
      dialect: openai,
      open: true,
      quiet: true,
      async handle() {
        const body = (await read())[name];
        const headers = { ...commonHeaders, "cache-control": cache };
        return { type: "raw", contentType, headers, body };
      },
      doc: {
        summary: `The page's ${name}`,
        answer: { [contentType.replace(/;.*/, "")]: Type.String() },
      },
    }),
  );
}
