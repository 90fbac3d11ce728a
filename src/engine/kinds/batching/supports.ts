import { mainOperation, type Operation } from "../../../models/tasks.ts";
import type { LoadMessage } from "../../../protocol/load.ts";
import { type Refusal, refuseTask, type Wanted } from "../support.ts";

type Properties = LoadMessage["properties"];

/**
 * What the batching engine can run. Its batches have no fixed shape, which the NPU would need, and text needs paged
 * attention, which that does not have (OpenVINO GenAI documentation, "Continuous batching").
 */
export function batchingSupports(model: Wanted, operation: Operation): Refusal | null {
  const isText = mainOperation(model.task) === "generate";
  const refusal = refuseTask(model, operation) ?? refuseDevice(model, isText);
  return refusal ?? (isText ? refuseAttention(model) : null);
}

function refuseDevice({ device }: Wanted, isText: boolean): Refusal | null {
  if (!device.startsWith("NPU")) return null;
  const other = isText ? "Set engine=native for this model, or use" : "Use";
  return {
    code: "model_load_failed",
    why: `the batching engine does not run on "${device}"`,
    next: `${other} the device CPU or GPU.`,
  };
}

function refuseAttention({ properties: { ATTENTION_BACKEND: attention = "PA" } }: Wanted): Refusal | null {
  if (attention === "PA") return null;
  return {
    code: "model_load_failed",
    why: `the batching engine has no ATTENTION_BACKEND "${attention}", only "PA"`,
    next: "Set engine=native for this model, or remove the property.",
  };
}

/** A model's properties as the batching engine takes them: it does not know the key that chooses an attention. */
export function toBatchingProperties({ ATTENTION_BACKEND: _attention, ...rest }: Properties): Properties {
  return rest;
}
