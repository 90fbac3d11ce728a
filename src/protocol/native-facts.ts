import { type Static, Type } from "@sinclair/typebox";

/** What the native engine's addon reports about itself: printed by the host's probe, repeated in its ready message. */
export const NativeFacts = Type.Object({
  openvino_genai_node: Type.String(),
  openvino_node: Type.String(),
  /** As the library itself states it. */
  openvino: Type.String(),
  /** As OpenVINO names them: CPU, GPU, GPU.0, NPU, … */
  devices: Type.Array(Type.String()),
  /** Device -> the name of the hardware behind it. */
  device_names: Type.Record(Type.String(), Type.String()),
});
export type NativeFacts = Static<typeof NativeFacts>;

/** The line that the native host's probe prints: the facts, or why the addon does not work. */
export const NativeAnswer = Type.Union([
  NativeFacts,
  Type.Object({
    problem: Type.Object({
      what: Type.String(),
      why: Type.Optional(Type.String()),
      next: Type.Optional(Type.String()),
    }),
  }),
]);
export type NativeAnswer = Static<typeof NativeAnswer>;
