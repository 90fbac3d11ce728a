import type { Operation } from "../../../models/tasks.ts";
import { type Refusal, refuseTask, type Wanted } from "../support.ts";

/** What the native engine can run: every device and every property, one request at a time. */
export function nativeSupports(model: Wanted, operation: Operation): Refusal | null {
  return refuseTask(model, operation);
}
