import { type Operation, writesFromText } from "../../../models/tasks.ts";
import { type Refusal, refuseTask, type Wanted } from "../support.ts";

/** What the native engine can run: text alone, on every device and with every property, one request at a time. */
export function nativeSupports(model: Wanted, operation: Operation): Refusal | null {
  return refuseTask(model, operation) ?? (writesFromText(model.task) ? null : refuseOther(model));
}

/** The addon's binding for embeddings counts no tokens, cuts long texts silently, and fails on concurrent calls. */
function refuseOther({ task }: Wanted): Refusal {
  return {
    code: "task_unsupported",
    why: `the native engine does not serve the task ${JSON.stringify(task)}`,
    next: "Set engine=batching for this model, and run `ov-llm setup` if that engine is not installed.",
  };
}
