import { type TSchema, Type } from "@sinclair/typebox";

/** A request's field that may be absent; clients send null for the same. */
export const nullable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
