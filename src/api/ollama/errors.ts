import { Type } from "@sinclair/typebox";
import { type Dialect, toErrorHeaders } from "../dialect.ts";

/** docs/openapi.yaml of Ollama, "ErrorResponse". */
export const ErrorBody = Type.Object({ error: Type.String() });

/** Ollama's own API (docs/api.md and docs/openapi.yaml of its repository). */
export const ollama: Dialect = {
  prefixes: ["/api/"],
  keyHint: "Authorization: Bearer <key>",
  readKey,
  renderError: (error) => ({
    status: error.status,
    headers: toErrorHeaders(error),
    body: { error: error.message },
  }),
  renderStreamError: (error) => ({ data: { error: error.message } }),
  describeError: () => ErrorBody,
};

/** A bearer, or the password of a URL such as `http://user:key@host:11434`: many clients have no other field for it. */
function readKey(headers: Headers): string | undefined {
  const [, scheme = "", given = ""] =
    /^(Bearer|Basic) +(.+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (scheme === "") return undefined;
  return scheme.toLowerCase() === "bearer" ? given : /^[^:]*:(.+)$/s.exec(decodeBase64(given))?.[1];
}

/** Empty: it is no base64. */
function decodeBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
  } catch {
    return "";
  }
}
