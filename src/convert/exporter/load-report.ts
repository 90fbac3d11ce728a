/**
 * Finds in the exporter's output which weights transformers did not load from the checkpoint. It fills those at
 * random, and the export then succeeds with garbage.
 */
export interface LoadReport {
  see(line: string): void;
  /** The tensors that this concerns, as transformers writes them: `model.layers.{1, 2}.mlp.up_proj.weight`. */
  lost(): string[];
}

/** `task`: what is exported; some tensors matter to some tasks alone. */
export function createLoadReport(task: string): LoadReport {
  const lost = new Set<string>();
  let inShapes = false;
  const add = (name: string, isLost: (name: string) => boolean) => {
    if (isLost(name)) lost.add(name);
  };
  const matters = (name: string) => !isUnused(name, task);
  return {
    see(line) {
      const [, key = "", status = ""] = row.exec(line) ?? [];
      if (status !== "") return add(key, status === "UNEXPECTED" ? isTelling : matters);
      const [, listed = ""] = filled.exec(line) ?? [];
      for (const name of toNames(listed)) add(name, matters);
      const [, unused = ""] = leftOver.exec(line) ?? [];
      for (const name of toNames(unused)) add(name, isTelling);
      if (misshapen.test(line)) inShapes = true;
      else if (inShapes) {
        const name = shape.exec(line)?.[1];
        if (name === undefined) inShapes = false;
        else add(name, matters);
      }
    },
    lost: () => [...lost],
  };
}

// transformers 5: a table, `utils/loading_report.py`.
const row = /^\s*(\S.*?)\s*\|\s*(MISSING|MISMATCH|UNEXPECTED)\b/;
// transformers 4: sentences, `modeling_utils.py`.
const filled =
  /^Some weights of \w+ were not initialized from the model checkpoint .* newly initialized: (\[.*)/;
const leftOver = /^Some weights of the model checkpoint .* were not used when initializing \w+: ([[{].*)/;
const misshapen = /newly initialized because the shapes did not match/;
const shape = /^- (\S+): found shape /;

function toNames(list: string): string[] {
  return [...list.matchAll(/'([^']+)'/g)].flatMap(([, name]) => name ?? []);
}

/** Tables that transformers computes, and the layer behind an embedding that nothing reads. */
function isUnused(name: string, task: string): boolean {
  const isComputed = /(^|\.)(position_ids|inv_freq|masked_bias|attn\.bias|embed_positions\.weights)$/.test(
    name,
  );
  return isComputed || (task.startsWith("feature-extraction") && /(^|\.)pooler\./.test(name));
}

/**
 * Whether a tensor that the model has no place for shows that others are not what they seem: the parts of quantized weights,
 * and biases of layers that were loaded without. Others are of heads and towers that the task leaves out.
 */
function isTelling(name: string): boolean {
  return /\.(qweight|qzeros|scales|g_idx|weight_scale(_inv)?|weight_packed|absmax)$|_proj\.bias$/.test(name);
}

/** For a person: the first few of them. */
export function renderLost(lost: readonly string[]): string {
  const more = lost.length > 4 ? ` and ${lost.length - 4} more` : "";
  return `${lost.slice(0, 4).join(", ")}${more}`;
}
