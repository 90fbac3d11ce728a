import { parseReference } from "../../src/convert/pull/reference.ts";
import { OvError } from "../../src/errors.ts";
import { isThisMachine } from "../../src/library/local-address.ts";
import { findNearest } from "../../src/nearest.ts";
import type { Server } from "../server.ts";

/** What a person types before the name of a model: in a shell, or in a conversation. */
export type ModelCommand = "ov-llm chat" | "/model";

/** A name that the server does not know. */
export interface Missing {
  asked: string;
  /** Names of its that are near, the nearest first. */
  near: string[];
  /** What is thrown where nothing can be offered instead. */
  error: OvError;
}

/** Of the models that an error lists. */
const mostNamed = 10;

/** `talkers`: the names that can be chatted with. */
export function toMissing(
  asked: string,
  { talkers, server, command }: { talkers: string[]; server: Server; command: ModelCommand },
): Missing {
  const near = findNearest(asked, talkers);
  const meant = near.map((name) => JSON.stringify(name));
  const why = near.length > 0 ? `did you mean ${meant.join(" or ")}?` : toKnown(talkers);
  const isHere = isThisMachine(server.url);
  const pull = canBePulled(asked)
    ? `Get it with "ov-llm pull ${asked}"${isHere ? "" : " on the machine of that server"}.`
    : undefined;
  const next = pull ?? (near.length > 0 ? undefined : toNext(asked, command, isHere));
  const what = `Cannot find model ${JSON.stringify(asked)}`;
  const error = new OvError("model_not_found", { what, why, ...(next !== undefined && { next }) });
  return { asked, near, error };
}

/** Whether `ov-llm pull` takes it, with the usual hub. */
function canBePulled(asked: string): boolean {
  try {
    return parseReference(asked, { endpoint: "" }).repo !== "";
  } catch {
    return false;
  }
}

function toNext(asked: string, command: ModelCommand, isHere: boolean): string {
  if (command === "/model") {
    const list = '"/model" alone lists the models';
    return isHere ? `${list}; "/model OWNER/NAME" pulls one from the hub.` : `${list}.`;
  }
  // What has a space is more likely the question than a model.
  if (/\s/.test(asked)) return 'A question comes after the model, as in: ov-llm chat MODEL "Why?"';
  return '"ov-llm list" lists the models, "ov-llm pull" gets one.';
}

/** As a clause. */
export function toKnown(talkers: string[]): string {
  if (talkers.length === 0) return "there is no model to chat with";
  const shown = talkers.slice(0, mostNamed).map((name) => JSON.stringify(name));
  return `there is ${shown.join(", ")}${talkers.length > mostNamed ? ", …" : ""}`;
}
