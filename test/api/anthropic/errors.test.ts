import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { anthropic, ErrorResponse } from "../../../src/api/anthropic/errors.ts";
import { errorCatalogue, isErrorCode, OvError } from "../../../src/errors.ts";

const codes = Object.keys(errorCatalogue).filter(isErrorCode);
/** The types that Anthropic's errors have by status (API reference, "Errors"). */
const byStatus: Record<number, string[]> = {
  400: ["invalid_request_error"],
  401: ["authentication_error"],
  403: ["permission_error"],
  404: ["not_found_error"],
  405: ["invalid_request_error"],
  408: ["timeout_error"],
  413: ["request_too_large"],
  415: ["invalid_request_error"],
  429: ["rate_limit_error"],
  499: ["invalid_request_error"],
  500: ["api_error"],
  503: ["overloaded_error", "api_error"],
  504: ["timeout_error"],
};

describe("an error", () => {
  test.each(codes)("%s has the type of its status, and the shape that the document describes", (code) => {
    const { status, body } = anthropic.renderError(new OvError(code, "No."), "req_1");
    const { error, request_id } = Value.Parse(ErrorResponse, body);
    expect(byStatus[status]).toContain(error.type);
    expect([error.details.error_code, request_id]).toEqual([code, "req_1"]);
    expect(Value.Check(anthropic.describeError([code]), body)).toBe(true);
  });

  test("names the wait, and how a key is sent, in its headers", () => {
    const full = new OvError("queue_full", "Full.", { retryAfterSeconds: 3 });
    expect(anthropic.renderError(full, "r").headers).toEqual({ "retry-after": "3" });
    const refused = anthropic.renderError(new OvError("invalid_api_key", "No."), "r");
    expect(refused.headers).toEqual({ "www-authenticate": "Bearer" });
  });

  test("of a thread has the code by which tool runners go on without", () => {
    const error = new OvError("unsupported_parameter", "No.", { param: "thread" });
    const { body } = anthropic.renderError(error, "r");
    expect(body).toMatchObject({ error: { details: { error_code: "thread_unsupported_request" } } });
    expect(Value.Check(anthropic.describeError(["unsupported_parameter"]), body)).toBe(true);
  });

  test("of a prompt that does not fit starts with the words that Claude Code looks for", () => {
    const error = new OvError("context_length_exceeded", "The context length is 64 tokens.");
    expect(anthropic.renderError(error, "r").body).toMatchObject({
      error: { message: "Prompt is too long: The context length is 64 tokens." },
    });
  });
});
