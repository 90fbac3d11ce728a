import { readEmbedding } from "../../models/embedding.ts";
import { toPython } from "../../python/probe.ts";
import { endWithParent } from "./python-env.ts";

// torch's own form is a pickle, which could run code: only tensors are read.
const script = `${endWithParent}
import sys
import torch
from safetensors.torch import save_file
source, target = sys.argv[1:]
weights = torch.load(source, map_location="cpu", weights_only=True)
save_file({name: tensor.clone().contiguous() for name, tensor in weights.items()}, target)
`;

/** argv that writes the tensors of a file in torch's own form as .safetensors. */
export function toSafeWeightsCommand(pythonEnv: string, source: string, target: string): string[] {
  return [toPython(pythonEnv), "-I", "-c", script, source, target];
}

/** The layers behind a model's pooling whose weights are in torch's own form, by their paths in its folder. */
export function listPickledLayers(path: string): string[] {
  const { layers } = readEmbedding(path, { pickled: true }).way;
  return layers.flatMap((layer) =>
    layer.kind === "dense" && layer.weights.endsWith(".bin") ? [layer.weights] : [],
  );
}
