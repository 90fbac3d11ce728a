export interface Stage {
  /** What the exporter does, in a few words. */
  text: string;
  /** As it says itself; null: it does not. */
  percent: number | null;
}

// What optimum-cli, transformers, torch and NNCF print at each part of an export; the first that fits counts.
const stages: [pattern: RegExp, text: string][] = [
  [/loading (checkpoint|weights)|materializing param/i, "loading the weights"],
  [/weight compression|bitwidth distribution|nncf/i, "compressing the weights"],
  [/openvino_tokenizers|convert(ing)? (the )?tokenizer|detokenizer/i, "converting the tokenizer"],
  [/export(ing)? (the )?model|using framework|tracerwarning|torch\.jit|onnx/i, "tracing the model"],
  [/saving|serializ/i, "writing the model"],
];

/** The stage that a line of the exporter's output tells of; null: it tells of none. */
export function toStage(line: string): Stage | null {
  const text = stages.find(([pattern]) => pattern.test(line))?.[1];
  if (text === undefined) return null;
  const percent = /(?:^|\D)(\d{1,3})(?:\.\d+)?\s?%/.exec(line)?.[1];
  return { text, percent: percent === undefined || Number(percent) > 100 ? null : Number(percent) };
}
