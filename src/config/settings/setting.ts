import { type TSchema, Type } from "@sinclair/typebox";

/** How the text of a setting becomes its value; see parse.ts. */
export type SettingKind = "text" | "path" | "integer" | "number" | "list" | "bytes" | "switch";

/** The commands that have settings of their own; the others take some of these. */
export type SettingCommand = "serve" | "convert" | "upgrade";

/** One setting: a row of settings.ts's table. */
export interface Setting {
  env: `OV_${string}`;
  /** Flag without the dashes; null: no flag, because the process list would show a secret. */
  flag: string | null;
  /** The commands that have this flag. */
  commands: readonly SettingCommand[];
  kind: SettingKind;
  schema: TSchema;
  /** Written as a user would write it; null: unset. */
  default: string | null;
  help: string;
  /** Its value never appears in a log, a help text or an error. */
  secret?: true;
}

export const optional = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A length of time: a tenth of a second to a day. */
export const seconds = Type.Number({ minimum: 0.1, maximum: 86_400 });
