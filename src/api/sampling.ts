import type { SamplingWishes } from "../generate/request.ts";

/** The wishes of a request that has them by these names; each is null where it has none. */
export function toSampling(body: SamplingWishes): SamplingWishes {
  return {
    temperature: body.temperature ?? null,
    top_p: body.top_p ?? null,
    top_k: body.top_k ?? null,
    min_p: body.min_p ?? null,
    repetition_penalty: body.repetition_penalty ?? null,
    presence_penalty: body.presence_penalty ?? null,
    frequency_penalty: body.frequency_penalty ?? null,
    seed: body.seed ?? null,
  };
}

/** The same in llama.cpp's words, which are Ollama's too: `repeat_penalty`, and a seed below 0 is another one each time. */
export function toLlamaSampling(
  body: Omit<SamplingWishes, "repetition_penalty"> & { repeat_penalty?: number | null },
): SamplingWishes {
  const { repeat_penalty: penalty, seed } = body;
  const ownSeed = typeof seed === "number" && seed >= 0 ? seed : null;
  return toSampling({ ...body, repetition_penalty: penalty ?? null, seed: ownSeed });
}

/** One stop string, or a list of them. */
export function toStops(stop: string | readonly string[] | null | undefined): readonly string[] {
  return typeof stop === "string" ? [stop] : (stop ?? []);
}
