import { expect } from "bun:test";
import { OvError } from "../../src/errors.ts";

/** What this ends with; undefined where it does not fail. */
export function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** The error of ours that this must end with. */
export async function failureOf(work: Promise<unknown>): Promise<OvError> {
  const error = await errorOf(work);
  if (error instanceof OvError) return error;
  throw new Error(`No OvError but ${error}`);
}

/** The error of a set-up that must fail. */
export async function setupFailure(work: Promise<unknown>): Promise<OvError> {
  const error = await failureOf(work);
  expect(error.code).toBe("setup_failed");
  return error;
}

/** The error of ours that this must throw. */
export function thrownBy(run: () => unknown): OvError {
  try {
    run();
  } catch (error) {
    if (error instanceof OvError) return error;
    throw error;
  }
  throw new Error("It did not fail");
}
