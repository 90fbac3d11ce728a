const part = /-(\d{5})-of-(\d{5})\.gguf$/;

/** How a .gguf file's name places it among others. */
export type GgufRole =
  /** One file, or the first one of a split model: `parts` are the names of all its files, itself first. */
  | { role: "model"; parts: string[] }
  /** A later part of a split model, whose first one is `first`. */
  | { role: "part"; number: number; first: string }
  /** The encoder for images or sounds that belongs to another file. */
  | { role: "projector" };

/** By its name alone; `llama-gguf-split` names the parts. */
export function toGgufRole(name: string): GgufRole {
  if (/(^|[-_.])mmproj[-_.]/i.test(name)) return { role: "projector" };
  const [, number, count] = part.exec(name) ?? [];
  if (number === undefined || count === undefined) return { role: "model", parts: [name] };
  const toName = (at: number) => name.replace(part, `-${String(at).padStart(5, "0")}-of-${count}.gguf`);
  if (Number(number) !== 1) return { role: "part", number: Number(number), first: toName(1) };
  // The largest models are split into some dozens of files.
  const all = Array.from({ length: Math.min(Math.max(1, Number(count)), 1000) }, (_, at) => toName(at + 1));
  return { role: "model", parts: all };
}

/** Those of a folder's files that are .gguf models; a split one by its first part. */
export function listGgufModels(files: readonly string[]): string[] {
  return files.filter((name) => name.endsWith(".gguf") && toGgufRole(name).role === "model").sort();
}

/** What a .gguf file is called, without its ending and the number of its part. */
export function toGgufLabel(name: string): string {
  return name.replace(/(-\d{5}-of-\d{5})?\.gguf$/, "");
}
