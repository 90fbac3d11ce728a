import type { OperationName } from "../../../protocol/operations.ts";
import { type Refusal, refuseTask, type Wanted } from "../support.ts";

/** What the native engine can run: every device and every property, one request at a time. */
export function nativeSupports(model: Wanted, operation: OperationName): Refusal | null {
  return refuseTask(model, operation);
}
