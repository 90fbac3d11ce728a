/** A daemon of one model: loads it and asks it for something, until it is killed. Arguments: addon folder, model. */
import { loadNativeHost } from "../../helpers/native-host.ts";

const [addon = "", path = ""] = process.argv.slice(2);
const host = await loadNativeHost(addon, path);
const sampling = {
  temperature: 0,
  top_p: 1,
  top_k: null,
  min_p: 0,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  seed: 0,
};
const request = {
  prompt: "Hi",
  grammar: null,
  special_tokens: false,
  sampling,
  max_tokens: 5,
  ignore_eos: false,
  logprobs: false,
};
for await (const _ of host.generate(request, new AbortController().signal));
