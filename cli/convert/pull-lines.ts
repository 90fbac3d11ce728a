import type { ConvertEvent } from "../../src/convert/events.ts";
import type { PullEvent } from "../../src/convert/pull/events.ts";
import { type OvError, toOvError } from "../../src/errors.ts";
import { renderShortage } from "./render.ts";

/** What a program is shown of an event; null: nothing. */
export function toPullEvent(event: ConvertEvent): PullEvent | null {
  switch (event.type) {
    case "fetching":
      if (event.step !== "running") return null;
      return { type: "fetching", done: event.done, bytes: event.bytes, file: event.file };
    case "installing":
      return { type: "installing", line: event.line };
    case "exporting":
      return { type: "converting", stage: event.stage, percent: event.percent };
    case "checking":
      return { type: "checking" };
    case "measured":
      return { type: "measured", quality: event.quality };
    case "present":
      return { type: "done", state: "present", name: event.name, path: event.path };
    case "converted":
    case "registered":
      return { type: "done", state: event.type, name: event.registeredAs, path: event.path };
    case "refused": {
      const message = event.shortages.map(renderShortage).join(" ");
      return { type: "failed", code: "conversion_failed", message };
    }
    case "code_refused":
    case "failed":
      return toFailed(event.error);
    default:
      return null;
  }
}

/** Of what ended a pull before there was a model. */
export function toFailed(error: unknown): PullEvent {
  const { code, message }: OvError = toOvError(error);
  return { type: "failed", code, message };
}
