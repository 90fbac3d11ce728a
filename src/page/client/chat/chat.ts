import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Value } from "@sinclair/typebox/value";
import type { Api } from "../api/api.ts";
import { Chunk, ErrorBody } from "../api/schemas.ts";
import { demoTool, runDemoTool } from "./demo-tool.ts";
import { addChunk } from "./read-chunk.ts";
import {
  type AssistantTurn,
  emptyRound,
  type Message,
  type Picture,
  type Turn,
  toMessages,
} from "./turns.ts";

/** A model that calls the tool again and again is stopped after so many rounds. */
const mostRounds = 5;

/** A conversation with a model, kept as long as the page is open. */
export interface Chat {
  readonly turns: ReadonlySignal<readonly Turn[]>;
  readonly writing: ReadonlySignal<boolean>;
  /** null: none is chosen yet. */
  readonly model: Signal<string | null>;
  readonly system: Signal<string>;
  readonly tool: Signal<boolean>;
  send(text: string, pictures?: readonly Picture[]): Promise<void>;
  stop(): void;
  /** Asks for the last answer again. */
  regenerate(): Promise<void>;
  clear(): void;
  /** The body that the last answer was, or the next one will be, asked with. */
  toRequest(): ChatRequest;
}

export interface ChatRequest {
  model: string;
  messages: Message[];
  tools?: object[];
}

export function createChat(api: Pick<Api, "stream">): Chat {
  const turns = signal<readonly Turn[]>([]);
  const writing = signal(false);
  const model = signal<string | null>(null);
  const system = signal("");
  const tool = signal(false);
  let current = new AbortController();

  function toRequest(): ChatRequest {
    const messages = toMessages(system.value, turns.value);
    return { model: model.value ?? "", messages, ...(tool.value && { tools: [demoTool] }) };
  }

  function change(edit: (turn: AssistantTurn) => AssistantTurn): void {
    const last = turns.value.at(-1);
    if (last?.role === "assistant") turns.value = [...turns.value.slice(0, -1), edit(last)];
  }

  async function askRound(signal: AbortSignal): Promise<void> {
    const body = {
      ...toRequest(),
      stream: true,
      stream_options: { include_usage: true, include_timings: true },
    };
    change((turn) => ({ ...turn, rounds: [...turn.rounds, emptyRound] }));
    for await (const { data } of api.stream("/v1/chat/completions", signal, body)) {
      if (data === "[DONE]") return;
      const chunk: unknown = JSON.parse(data);
      if (Value.Check(ErrorBody, chunk)) throw new Error(chunk.error.message);
      if (Value.Check(Chunk, chunk)) change((turn) => addChunk(turn, chunk));
    }
    throw new Error("The connection was closed before the answer was whole.");
  }

  /** Runs what the last round called; false: it called nothing. */
  function runCalls(): boolean {
    const turn = turns.value.at(-1);
    const round = turn?.role === "assistant" ? turn.rounds.at(-1) : undefined;
    if (round === undefined || round.calls.length === 0) return false;
    const calls = round.calls.map((call) => ({
      ...call,
      result: runDemoTool(call.name, call.arguments, new Date()),
    }));
    change((turn) => ({ ...turn, rounds: [...turn.rounds.slice(0, -1), { ...round, calls }] }));
    return true;
  }

  /** False: it still calls tools after the last round. */
  async function runRounds(signal: AbortSignal): Promise<boolean> {
    for (let round = 0; round < mostRounds; round += 1) {
      await askRound(signal);
      if (!runCalls()) return true;
    }
    return false;
  }

  async function answer(): Promise<void> {
    current = new AbortController();
    const { signal } = current;
    turns.value = [
      ...turns.value,
      { role: "assistant", rounds: [], state: "writing", note: null, figures: null },
    ];
    writing.value = true;
    try {
      const note = (await runRounds(signal)) ? null : "The model calls the tool again and again.";
      change((turn) => ({ ...turn, state: "done", note: note ?? turn.note }));
    } catch (error) {
      const note = error instanceof Error ? error.message : String(error);
      change((turn) => (signal.aborted ? { ...turn, state: "stopped" } : { ...turn, state: "failed", note }));
    } finally {
      writing.value = false;
    }
  }

  return {
    turns,
    writing,
    model,
    system,
    tool,
    toRequest() {
      const last = turns.value.at(-1);
      const request = toRequest();
      if (last?.role !== "assistant") return request;
      return { ...request, messages: toMessages(system.value, turns.value.slice(0, -1)) };
    },
    async send(text, pictures = []) {
      if (writing.value || text.trim() === "") return;
      turns.value = [...turns.value, { role: "user", text, pictures }];
      await answer();
    },
    stop: () => current.abort(),
    async regenerate() {
      if (writing.value || turns.value.at(-1)?.role !== "assistant") return;
      turns.value = turns.value.slice(0, -1);
      await answer();
    },
    clear() {
      current.abort();
      turns.value = [];
    },
  };
}
