/**
 * A host that misbehaves on command: a real program at the other end of real pipes. Its one argument says how;
 * otherwise it answers `generate` with "one zwölf " and `tokenize` with the token 7.
 */
import { writeSync } from "node:fs";
import { readLines } from "../../src/protocol/lines.ts";

const how = process.argv[2] ?? "well";
const say = (message: unknown) =>
  writeSync(4, typeof message === "string" ? message : `${JSON.stringify(message)}\n`);

function ready(): void {
  say({
    type: "ready",
    protocol: how === "other-protocol" ? 99 : 3,
    engine: "fake",
    device: "CPU",
    device_name: "Fake",
    context_length: 100,
    chat_template: "{{ messages[0].content }}",
    bos_token: "",
    eos_token: "",
    operations: how === "only-generates" ? ["generate"] : ["generate", "tokenize", "detokenize"],
    capabilities: [],
    versions: { fake: "1" },
    max_concurrent: 4,
  });
}

function load(): void {
  if (how === "dies-loading") process.kill(process.pid, "SIGSEGV");
  if (how === "killed-loading") process.kill(process.pid, "SIGKILL");
  if (how === "refuses") {
    say({ type: "failed", id: null, code: "model_load_failed", message: "The weights are upside down." });
    process.exit(1);
  }
  if (how === "says-why") {
    writeSync(2, "\nIllegal instruction in libfoo\n");
    process.exit(3);
  }
  if (how === "never-ready") return;
  ready();
}

function tokenize(id: number): void {
  if (how === "silent") return;
  say({ type: "tokens", id, tokens: [7], strings: null });
  say({ type: "finished", id, reason: "stop" });
}

function generate(id: number): void {
  say({ type: "started", id, prompt_tokens: 3, cached_tokens: 1 });
  const step = (text: string) => say({ type: "step", outputs: [{ id, text, tokens: 1 }] });
  if (how === "garbage") return void say("this is not JSON\n");
  if (how === "unknown-message") return void say({ type: "surprise", id });
  if (how === "fails-request") {
    return void say({ type: "failed", id, code: "kv_cache_exhausted", message: "No room." });
  }
  if (how === "strays") return void say({ type: "tokens", id, tokens: [1], strings: null });
  if (how === "cancels") return void say({ type: "finished", id, reason: "cancelled" });
  step("one ");
  if (how === "silent") return;
  if (how === "dies-answering") process.kill(process.pid, "SIGKILL");
  // Both in one write, cut in the middle of a character.
  const rest = Buffer.from(
    `${JSON.stringify({ type: "step", outputs: [{ id, text: "zwölf ", tokens: 1 }] })}\n` +
      `${JSON.stringify({ type: "finished", id, reason: "stop" })}\n`,
  );
  const cut = rest.indexOf(0xc3) + 1;
  writeSync(4, rest.subarray(0, cut));
  writeSync(4, rest.subarray(cut));
}

writeSync(1, "a library writes to standard output\n[WARN] Failed to infer a tool call example. Detail: x\n");
for await (const lines of readLines(Bun.file(3).stream())) {
  for (const line of lines) {
    const message = JSON.parse(line);
    if (message.type === "load") load();
    if (message.type === "generate") generate(message.id);
    if (message.type === "tokenize") tokenize(message.id);
    if (message.type === "close" && how !== "will-not-close") process.exit(0);
  }
}
