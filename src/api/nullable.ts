import { type TSchema, Type } from "@sinclair/typebox";

/** A request's field that may be absent; clients send null for the same. */
export const nullable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

/** An answer's field that is always there, and null where there is nothing. */
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
