import { type Static, Type } from "@sinclair/typebox";

const Axis = Type.Object({ name: Type.String(), log: Type.Optional(Type.Boolean()) });

/** What was measured while something grew: a chart of docs/performance.md. */
export const Curve = Type.Object({
  /** Its file's name, in lower case and hyphens. */
  name: Type.String({ pattern: "^[a-z0-9-]+$" }),
  title: Type.String(),
  x: Axis,
  y: Axis,
  series: Type.Array(
    Type.Object({
      name: Type.String(),
      points: Type.Array(Type.Tuple([Type.Number(), Type.Number()])),
    }),
  ),
  /** A sentence that belongs below it. */
  note: Type.Optional(Type.String()),
});
export type Curve = Static<typeof Curve>;
export type Series = Curve["series"][number];
