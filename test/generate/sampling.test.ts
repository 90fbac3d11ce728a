import { describe, expect, test } from "bun:test";
import type { SamplingWishes } from "../../src/generate/request.ts";
import { type SamplingDefaults, toSampling } from "../../src/generate/sampling.ts";
import type { Sampling } from "../../src/protocol/sampling.ts";

type Wanted = Partial<Sampling>;

const cases: [string, SamplingWishes & { choices?: number }, SamplingDefaults, Wanted][] = [
  [
    "greedy where neither side asks for anything",
    {},
    {},
    { temperature: 0, top_p: 1, top_k: null, min_p: 0 },
  ],
  ["the request's temperature", { temperature: 0.5 }, {}, { temperature: 0.5 }],
  [
    "null is absent",
    { temperature: null, top_p: null },
    { temperature: 0.7 },
    { temperature: 0.7, top_p: 1 },
  ],
  [
    "the model's defaults",
    {},
    { do_sample: true, temperature: 0.6, top_p: 0.9, top_k: 20 },
    { temperature: 0.6, top_p: 0.9, top_k: 20 },
  ],
  [
    "the request before the model",
    { temperature: 1, top_k: 5 },
    { temperature: 0.6, top_k: 20 },
    { temperature: 1, top_k: 5 },
  ],
  ["a model that does not sample by default", {}, { do_sample: false, temperature: 0.6 }, { temperature: 0 }],
  ["a model that samples without a temperature", {}, { do_sample: true }, { temperature: 1 }],
  ["top_p asks for sampling", { top_p: 0.5 }, {}, { temperature: 1, top_p: 0.5 }],
  ["a seed asks for sampling", { seed: 3 }, {}, { temperature: 1, seed: 3 }],
  ["several choices ask for sampling", { choices: 2 }, {}, { temperature: 1 }],
  ["temperature 0 is greedy whatever else is set", { temperature: 0, seed: 3 }, {}, { temperature: 0 }],
  ["a temperature that would overflow is greedy", { temperature: 1e-9 }, {}, { temperature: 0 }],
  ["top_p 0 keeps the likeliest token", { top_p: 0, temperature: 1 }, {}, { temperature: 0, top_p: 1 }],
  ["so does a top_p that 32 bits cannot hold", { top_p: 5e-324 }, {}, { temperature: 0, top_p: 1 }],
  ["min_p 1 keeps the likeliest token", { min_p: 1, temperature: 1 }, {}, { temperature: 0, min_p: 0 }],
  [
    "so does a min_p that is 1 in 32 bits",
    { min_p: 0.999999999, temperature: 1 },
    {},
    { temperature: 0, min_p: 0 },
  ],
  ["top_k -1 is all tokens", { top_k: -1 }, { top_k: 40 }, { top_k: null }],
  ["top_k 0 is all tokens", { top_k: 0 }, {}, { top_k: null }],
  ["a seed of its own for requests without", { temperature: 1 }, {}, { seed: 77 }],
  ["a negative seed is one, too", { seed: -5 }, {}, { seed: 5 }],
  ["a seed of 64 bits leaves room for those of further choices", { seed: 2 ** 63 }, {}, { seed: 0 }],
  ["so does the largest exact one", { seed: -(2 ** 53) + 1 }, {}, { seed: 2 ** 52 - 1 }],
  [
    "penalties",
    { presence_penalty: 1, frequency_penalty: -1 },
    {},
    { presence_penalty: 1, frequency_penalty: -1 },
  ],
  [
    "a penalty that 32 bits cannot hold",
    { repetition_penalty: 5e-324 },
    {},
    { repetition_penalty: 2 ** -126 },
  ],
  ["the model's repetition penalty", {}, { repetition_penalty: 1.1 }, { repetition_penalty: 1.1 }],
];

describe("sampling", () => {
  for (const [name, { choices = 1, ...wishes }, defaults, wanted] of cases) {
    test(name, () => {
      expect(toSampling(wishes, defaults, { seed: 77, choices })).toMatchObject(wanted);
    });
  }
});
