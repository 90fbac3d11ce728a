import type { LoadedSettings } from "../../src/config/load.ts";
import { parseReference, type Reference } from "../../src/convert/pull/reference.ts";
import { OvError } from "../../src/errors.ts";
import { findHub } from "../../src/hub/address.ts";
import { UsageError } from "../action.ts";

/** A model of the hub, as a command line names it. `hint`: what else may have been meant. */
export function readReference(word: string, variables: LoadedSettings["variables"], hint = ""): Reference {
  try {
    return parseReference(word, findHub(variables));
  } catch (error) {
    throw error instanceof OvError ? new UsageError(`${error.message}${hint}`) : error;
  }
}
