import { type Static, Type } from "@sinclair/typebox";
import { orNull } from "../nullable.ts";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

const Status = Type.Union([Type.Literal("ok"), Type.Literal("warn"), Type.Literal("fail")]);

/** The answer of GET /v1/doctor. */
export const Diagnosis = Type.Object({
  status: Type.Union([Type.Literal("ok"), Type.Literal("warn"), Type.Literal("fail")], {
    description: "The worst of the findings",
  }),
  findings: Type.Array(
    Type.Object({
      check: Type.String({ description: "Such as `gpu` or `memory`" }),
      status: Status,
      what: Type.String({ description: "A sentence" }),
      next: orNull(Type.String({ description: "What to do about it" })),
    }),
  ),
});
export type Diagnosis = Static<typeof Diagnosis>;

export interface DoctorRoutesDeps {
  /** Looks at the machine and all that serves models; takes seconds and runs no model. */
  diagnose: () => Promise<Diagnosis>;
}

/** GET /v1/doctor */
export function createDoctorRoutes({ diagnose }: DoctorRoutesDeps): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/v1/doctor",
      dialect: openai,
      handle: async () => ({ type: "json", body: await diagnose() }),
      doc: {
        summary: "Check the machine: devices, drivers, memory, disks, models, service",
        answer: { "application/json": Diagnosis },
      },
    }),
  ];
}
