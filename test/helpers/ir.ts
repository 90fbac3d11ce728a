/** An openvino_*.xml with these inputs, and outputs of these ranks, as OpenVINO 2026 writes it; nothing in between. */
export function toIr(inputs: string[], outputs: Record<string, number>, filling = ""): string {
  const first = inputs.map(
    (name, id) =>
      `\t\t<layer id="${id}" name="${name}" type="Parameter" version="opset1">\n\t\t\t<data shape="?,?" element_type="i64" />\n` +
      `\t\t\t<output>\n\t\t\t\t<port id="0" precision="I64" names="${name}">\n${toDims(2)}\t\t\t\t</port>\n\t\t\t</output>\n\t\t</layer>\n`,
  );
  const last = Object.entries(outputs).map(
    ([name, rank], id) =>
      `\t\t<layer id="${900 + id}" name="Result_${id}" type="Result" version="opset1" output_names="${name}">\n` +
      `\t\t\t<input>\n\t\t\t\t<port id="0" precision="FP32">\n${toDims(rank)}\t\t\t\t</port>\n\t\t\t</input>\n\t\t</layer>\n`,
  );
  const layers = [...first, filling, ...last].join("");
  const edges = `\t<edges>\n\t\t<edge from-layer="0" from-port="0" to-layer="900" to-port="0" />\n\t</edges>\n`;
  return `<?xml version="1.0"?>\n<net name="Model0" version="11">\n\t<layers>\n${layers}\t</layers>\n${edges}\t<rt_info />\n</net>\n`;
}

export const languageModelIr = toIr(["input_ids", "attention_mask", "position_ids", "beam_idx"], {
  logits: 3,
});
export const embeddingIr = toIr(["input_ids", "attention_mask", "token_type_ids"], { last_hidden_state: 3 });
export const rerankIr = toIr(["input_ids", "attention_mask"], { logits: 2 });

/** A model of a task that ov-llm does not serve, by the names of its files. */
export const unservedFiles = {
  "openvino_model.xml": toIr(["input_ids", "attention_mask"], { logits: 3 }),
  "config.json": JSON.stringify({ architectures: ["BertForMaskedLM"] }),
};

function toDims(rank: number): string {
  return `\t\t\t\t\t<dim>-1</dim>\n`.repeat(rank);
}
