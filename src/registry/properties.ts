import { type Static, type TSchema, Type } from "@sinclair/typebox";

const choice = <const Values extends readonly string[]>(...values: Values) => {
  const description = `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
  return Type.Optional(
    Type.Union(
      values.map((value) => Type.Literal<Values[number]>(value)),
      { description },
    ),
  );
};
const flag = () => Type.Optional(Type.Boolean({ description: "true or false" }));
const count = (minimum: number) =>
  Type.Optional(Type.Integer({ minimum, description: `a whole number, ${minimum} or more` }));
const precision = () => choice("f32", "f16", "bf16", "u8", "i8", "u4", "i4");

/**
 * OpenVINO properties that an entry may carry, by OpenVINO's own names (docs.openvino.ai, "Supported properties" of the
 * CPU, GPU and NPU plugins; ATTENTION_BACKEND, MAX_PROMPT_LEN and MIN_RESPONSE_LEN: OpenVINO GenAI). Which of them a device
 * knows differs; one that it does not know fails the load with OpenVINO's own sentence.
 */
export const ModelProperties = Type.Object(
  {
    ATTENTION_BACKEND: choice("PA", "SDPA"),
    CACHE_DIR: Type.Optional(Type.String({ pattern: "^/", description: "an absolute path" })),
    DYNAMIC_QUANTIZATION_GROUP_SIZE: count(0),
    ENABLE_CPU_PINNING: flag(),
    ENABLE_HYPER_THREADING: flag(),
    EXECUTION_MODE_HINT: choice("PERFORMANCE", "ACCURACY"),
    INFERENCE_NUM_THREADS: count(0),
    INFERENCE_PRECISION_HINT: choice("f32", "f16", "bf16", "dynamic"),
    KEY_CACHE_PRECISION: precision(),
    KV_CACHE_PRECISION: precision(),
    MAX_PROMPT_LEN: count(1),
    MIN_RESPONSE_LEN: count(1),
    MODEL_PRIORITY: choice("LOW", "MEDIUM", "HIGH"),
    NUM_STREAMS: count(1),
    PERFORMANCE_HINT: choice("LATENCY", "THROUGHPUT", "CUMULATIVE_THROUGHPUT"),
    PERFORMANCE_HINT_NUM_REQUESTS: count(0),
    SCHEDULING_CORE_TYPE: choice("ANY_CORE", "PCORE_ONLY", "ECORE_ONLY"),
    VALUE_CACHE_PRECISION: precision(),
  },
  { additionalProperties: false, description: "an object of OpenVINO properties" },
);
export type ModelProperties = Static<typeof ModelProperties>;

const schemas = new Map<string, TSchema>(Object.entries(ModelProperties.properties));

export const propertyNames: readonly string[] = [...schemas.keys()];

/** What the property may be; undefined: ov-llm knows no such property. */
export function propertySchema(name: string): TSchema | undefined {
  return schemas.get(name);
}
