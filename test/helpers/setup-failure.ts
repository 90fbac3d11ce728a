import { expect } from "bun:test";
import { OvError } from "../../src/errors.ts";

/** The error of a set-up that must fail. */
export async function setupFailure(work: Promise<unknown>): Promise<OvError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OvError)) throw new Error(`No OvError but ${error}`);
  expect(error.code).toBe("setup_failed");
  return error;
}
