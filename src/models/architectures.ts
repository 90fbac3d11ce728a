const generation = "text-generation-with-past";
const speech = "automatic-speech-recognition-with-past";

/** How transformers ends the names of its architectures, and the task that optimum exports each for. */
const endings: readonly (readonly [ending: RegExp, task: string])[] = [
  [/(ForCausalLM|LMHeadModel|ForCausalLMVL)$/, generation],
  [/^(Whisper|Speech2Text|Moonshine)ForConditionalGeneration$|ForSpeechSeq2Seq$|ForCTC$/, speech],
  [/ForSequenceClassification$/, "text-classification"],
  [/ForTextToSpeech$|TextToWaveform$/, "text-to-audio"],
  [/ForMaskedLM$/, "fill-mask"],
  [/ForTokenClassification$/, "token-classification"],
  [/ForQuestionAnswering$/, "question-answering"],
  [/ForMultipleChoice$/, "multiple-choice"],
  [/ForImageClassification$/, "image-classification"],
  [
    /^(T5|MT5|Bart|MBart|Pegasus|Marian|MarianMT|M2M100)(ForConditionalGeneration|Model)$/,
    "text2text-generation-with-past",
  ],
  [
    /(VL|Llava\w*|Vision\w*|Idefics\d?|Mllama|PaliGemma|Gemma3|Mistral3|Llama4)ForConditionalGeneration$/,
    "image-text-to-text",
  ],
];

/** The task of a model with these `architectures` of config.json; null: their names do not show it. */
export function findArchitectureTask(architectures: readonly string[]): string | null {
  for (const [ending, task] of endings) {
    if (architectures.some((name) => ending.test(name))) return task;
  }
  return null;
}
