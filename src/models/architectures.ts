const generation = "text-generation-with-past";
const vision = "image-text-to-text";
const speech = "automatic-speech-recognition-with-past";

/** How transformers ends the names of its architectures, and the task that optimum exports each for. */
const endings: readonly (readonly [ending: RegExp, task: string])[] = [
  // Some that see are named as language models are.
  [/^(Phi3V|Phi4MM|LlavaQwen2\w*)ForCausalLM$|^MiniCPM[VO]$|^InternVLChatModel$/, vision],
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
    /(VL|VLM|VLMoe|Llava\w*|Vision\w*|Idefics\d?|Mllama|PaliGemma|Gemma3n?|Gemma4\w*|Mistral3|Llama4|Qwen3_5\w*)ForConditionalGeneration$/,
    vision,
  ],
];

/** The task of a model with these `architectures` of config.json; null: their names do not show it. */
export function findArchitectureTask(architectures: readonly string[]): string | null {
  for (const [ending, task] of endings) {
    if (architectures.some((name) => ending.test(name))) return task;
  }
  return null;
}
