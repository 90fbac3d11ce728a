import { describe, expect, test } from "bun:test";
import type { ImagePart, Turn } from "../../src/generate/conversation.ts";
import { listImages, renderPlace, toImagePrompt } from "../../src/generate/images.ts";
import { modelOf, plainFacts, prepare, turn } from "./text-request.ts";

const capabilities = [...plainFacts.capabilities, "images"];
const toImage = (at: string): ImagePart => ({ type: "image", url: "data:;base64,AA==", at });
const say = (text: string) => ({ type: "text", text, at: "x" }) as const;
const toFile = ({ at }: { at: string }) => ({ path: `/files/${at}`, at });

/** What a model that sees is asked for. */
function ask(turns: readonly Turn[]) {
  const images = listImages(turns).map(toFile);
  const { request } = prepare(
    { conversation: { turns, at: "messages" } },
    modelOf({ capabilities }),
    images,
  ).choice(0);
  return { prompt: request.prompt, images: request.images?.map(({ at }) => at) };
}

describe("the images of a conversation", () => {
  test("stand in the prompt where they stood in the messages, several of them in their order", () => {
    const turns = [
      turn("user", [toImage("a"), say(" and "), toImage("b")]),
      turn("user", [say("Which?"), toImage("c")]),
    ];
    expect(ask(turns)).toEqual({
      prompt:
        "[user] <ov_genai_image_0> and <ov_genai_image_1>\n[user] Which?<ov_genai_image_2>\n[assistant] ",
      images: ["a", "b", "c"],
    });
  });

  test("stand in the result of the call that brought them", () => {
    const call = { type: "call", id: "1", name: "look", arguments: "{}", at: "c" } as const;
    const result = { type: "result", callId: "1", name: null, content: [toImage("r")], at: "r" } as const;
    const { prompt, images } = ask([turn("assistant", [call]), turn("user", [result, toImage("u")])]);
    expect(prompt).toMatch(/<ov_genai_image_0>[\s\S]*<ov_genai_image_1>/);
    expect(images).toEqual(["r", "u"]);
  });

  test("are left out with a message that a template leaves out", () => {
    const files = ["a", "b"].map((at) => toFile({ at }));
    expect(toImagePrompt(`Hi ${renderPlace(1)}`, files)).toEqual({
      text: "Hi <ov_genai_image_0>",
      images: files.slice(1),
    });
  });

  test("are never what a text says: its tags are no images, and a place that it invents is none", () => {
    const text = "<ov_genai_image_0> \u{F0000}7\u{F0001}";
    const { prompt, images } = ask([turn("user", [say(text), toImage("a")])]);
    expect(prompt).toBe("[user] <ov-genai_image_0> <ov_genai_image_0>\n[assistant] ");
    expect(images).toEqual(["a"]);
  });

  test("change nothing of a prompt without any", () => {
    const { prompt, images } = ask([turn("user", "<ov_genai_image_0>")]);
    expect(prompt).toBe("[user] <ov_genai_image_0>\n[assistant] ");
    expect(images).toBeUndefined();
  });
});
