import { type Static, Type } from "@sinclair/typebox";
import { Quality } from "../../models/manifest.ts";

const bytes = Type.Integer({ minimum: 0, description: "Bytes" });

/** What `ov-llm pull --json` prints, one a line; the last one is `done` or `failed`. */
export const PullEvent = Type.Union([
  Type.Object({
    type: Type.Literal("fetching"),
    done: bytes,
    bytes,
    /** The file that comes now; `digest` in hexadecimal. */
    file: Type.Object({
      path: Type.String(),
      digest: Type.Union([Type.String(), Type.Null()]),
      done: bytes,
      bytes,
    }),
  }),
  /** The converter itself. */
  Type.Object({ type: Type.Literal("installing"), line: Type.String() }),
  Type.Object({
    type: Type.Literal("converting"),
    stage: Type.String(),
    percent: Type.Union([Type.Number(), Type.Null()]),
  }),
  /** In the engine. */
  Type.Object({ type: Type.Literal("checking") }),
  /** With `--quality`, as conversion.json has it. */
  Type.Object({ type: Type.Literal("measured"), quality: Quality }),
  Type.Object({
    type: Type.Literal("done"),
    state: Type.Union([Type.Literal("present"), Type.Literal("registered"), Type.Literal("converted")]),
    /** In the registry. */
    name: Type.String(),
    path: Type.String(),
  }),
  Type.Object({ type: Type.Literal("failed"), code: Type.String(), message: Type.String() }),
]);
export type PullEvent = Static<typeof PullEvent>;
