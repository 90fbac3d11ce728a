import type { TokenLogprob } from "../protocol/generate.ts";
import { createMarkerFilter, type Span } from "./markers.ts";
import type { ContentEvent, EndReason } from "./parts.ts";
import { createStopFilter } from "./stop.ts";

export interface WriterOptions {
  /** Special tokens that are never shown. */
  markers: readonly string[];
  stops: readonly string[];
  newCallId: () => string;
  toLogprobs: (span: Span) => TokenLogprob[];
}

/** A model that makes more calls in one answer is caught in a loop, as happens to small models that have to call. */
const mostCalls = 16;

/** Most tokens have nothing before them to end. */
function join(before: ContentEvent[], after: ContentEvent[]): ContentEvent[] {
  return before.length === 0 ? after : [...before, ...after];
}

/** Turns what a model's text turned out to be into events. */
export interface AnswerWriter {
  speak(span: Span): ContentEvent[];
  think(text: string): ContentEvent[];
  call(name: string): ContentEvent[];
  /** Of the last call. */
  arguments(text: string): ContentEvent[];
  end(): ContentEvent[];
  /** A stop string was matched in the content, or there were enough calls: nothing more is written. */
  readonly stopped: boolean;
  finish(reason: "stop" | "length"): { reason: EndReason; stop: string | null };
}

export function createAnswerWriter({ markers, stops, newCallId, toLogprobs }: WriterOptions): AnswerWriter {
  const stop = createStopFilter(stops);
  const content = createMarkerFilter(markers);
  const reasoning = createMarkerFilter(markers);
  let callsEnough = false;
  let called = 0;
  let isOpen = false;
  let spoken = 0;
  const isStopped = () => callsEnough || stop.met !== null;

  function toText(text: string, at: number): ContentEvent[] {
    return text === "" ? [] : [{ type: "text", text, logprobs: toLogprobs({ text, at }) }];
  }

  function pass({ text, at }: Span): ContentEvent[] {
    if (isStopped()) return [];
    const from = at - stop.held;
    spoken = at + text.length;
    return toText(stop.push(text), from);
  }

  function endContent(): ContentEvent[] {
    const rest = content.flush().flatMap(pass);
    if (isStopped()) return rest;
    const from = spoken - stop.held;
    return [...rest, ...toText(stop.flush(), from)];
  }

  const toThought = ({ text }: Span): ContentEvent => ({ type: "reasoning", text });
  const endThought = () => reasoning.flush().map(toThought);

  function endCall(): ContentEvent[] {
    if (!isOpen) return [];
    isOpen = false;
    return [{ type: "call_end", call: called - 1 }];
  }

  function startCall(name: string): ContentEvent[] {
    const before = [...endCall(), ...endThought(), ...endContent()];
    if (isStopped()) return before;
    callsEnough = called === mostCalls;
    if (callsEnough) return before;
    isOpen = true;
    return [...before, { type: "call_start", call: called++, id: newCallId(), name }];
  }

  const unlessStopped = (write: () => ContentEvent[]) => (isStopped() ? [] : write());

  return {
    speak: (span) =>
      unlessStopped(() => join(join(endCall(), endThought()), content.push(span).flatMap(pass))),
    think: (text) =>
      unlessStopped(() =>
        join(join(endCall(), endContent()), reasoning.push({ text, at: 0 }).map(toThought)),
      ),
    call: (name) => unlessStopped(() => startCall(name)),
    arguments: (text) => unlessStopped(() => [{ type: "call_arguments", call: called - 1, text }]),
    end: () => [...endCall(), ...(isStopped() ? [] : [...endThought(), ...endContent()])],
    get stopped() {
      return isStopped();
    },
    finish(reason) {
      return { reason: called === 0 || reason === "length" ? reason : "calls", stop: stop.met };
    },
  };
}
