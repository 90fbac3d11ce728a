import type { Static, TSchema } from "@sinclair/typebox";
import type { ArgsDef } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { OvError } from "../../src/errors.ts";
import { type Box, parseBoxes } from "../../src/mesh/boxes.ts";
import { readRepeated } from "../args.ts";
import { askServer, toServer } from "../server.ts";

export const boxArgs = {
  box: {
    type: "string",
    description:
      "Address of a box, such as http://pc1:9000, http://pc1:9000=KEY or http://pc1:9000=env:VARIABLE; repeatable (default: this machine's server)",
    valueHint: "url",
  },
} as const satisfies ArgsDef;

/** The boxes of a command line, else this machine's server. Throws `invalid_setting`. */
export function findBoxes(rawArgs: string[], args: ArgsDef): Box[] {
  const { settings, variables } = loadSettings();
  const named = readRepeated(rawArgs, args, "box");
  if (named.length > 0) return parseBoxes(named, variables, settings.apiKey);
  const { url, apiKey } = toServer(settings);
  return parseBoxes([url], variables, apiKey);
}

/** A box's answer, or as a sentence why there is none. */
export type Reply<Answer> = { box: Box; answer: Answer } | { box: Box; problem: string };

const patienceSeconds = 5;

/** Asks all boxes at once. */
export async function askBoxes<Schema extends TSchema>(
  boxes: readonly Box[],
  path: string,
  schema: Schema,
): Promise<Reply<Static<Schema>>[]> {
  return await Promise.all(
    boxes.map(async (box) => {
      try {
        return { box, answer: await askBox(box, path, schema) };
      } catch (error) {
        if (error instanceof OvError) return { box, problem: toSecretless(error.message, box) };
        throw error;
      }
    }),
  );
}

/** A box may send back the key that it was sent. */
function toSecretless(message: string, { key }: Box): string {
  return key === null ? message : message.replaceAll(key.value, "…");
}

async function askBox<Schema extends TSchema>({ url, key }: Box, path: string, schema: Schema) {
  const flags = { address: "--box", key: `Give its key as --box ${url}=KEY.` };
  return await askServer({ url, apiKey: key?.value ?? null, flags }, path, schema, patienceSeconds);
}
