/** Requests that are made to hold a server's loop, by name. Each is made when it is asked for: many are 30 MB. */
export interface AttackInput {
  name: string;
  path: string;
  headers?: Record<string, string>;
  body: () => string | Uint8Array<ArrayBuffer>;
}

const megabyte = 1_000_000;
const chat = "/v1/chat/completions";
const hi = '{"role":"user","content":"Hi"}';

/** `piece` again and again, to this size. */
function fill(piece: string, size: number): string {
  return piece.repeat(Math.ceil(size / piece.length));
}

function withTools(parameters: (index: number) => string, count = 1): string {
  const tools = Array.from(
    { length: count },
    (_, index) => `{"type":"function","function":{"name":"f${index}","parameters":${parameters(index)}}}`,
  );
  return `{"messages":[${hi}],"max_tokens":1,"tools":[${tools.join()}]}`;
}

function withSchema(schema: string): string {
  const format = `{"type":"json_schema","json_schema":{"name":"a","schema":${schema}}}`;
  return `{"messages":[${hi}],"max_tokens":1,"response_format":${format}}`;
}

const withOutputs = (outputs: object) =>
  JSON.stringify({ messages: [{ role: "user", content: "Hi" }], max_tokens: 1, structured_outputs: outputs });

const wide = (parts: number, prefix: string) =>
  `{"type":"object","properties":{${Array.from({ length: parts }, (_, index) => `"${prefix}${index}":{"type":"string"}`).join()}}}`;

export const attackInputs: readonly AttackInput[] = [
  {
    name: "30 MB of numbers for messages",
    path: chat,
    body: () => `{"messages":[${fill("1,", 30 * megabyte)}1]}`,
  },
  { name: "16 MB of brackets", path: chat, body: () => fill("[", 16 * megabyte) },
  {
    name: "30 MB of numbers in an ignored field",
    path: chat,
    body: () => `{"messages":[${hi}],"x":[${fill("1,", 30 * megabyte)}1]}`,
  },
  {
    name: "30 MB of small objects",
    path: chat,
    body: () => `{"messages":[${fill(`${hi},`, 30 * megabyte)}${hi}]}`,
  },
  {
    name: "60,000 messages, the last one wrong",
    path: chat,
    body: () => `{"messages":[${fill(`${hi},`, 30 * 60_000)}1]}`,
  },
  { name: "60,000 messages", path: chat, body: () => `{"messages":[${fill(`${hi},`, 30 * 60_000)}${hi}]}` },
  { name: "11,000 messages", path: chat, body: () => `{"messages":[${fill(`${hi},`, 30 * 11_000)}${hi}]}` },
  {
    name: "9,000 parts of a message",
    path: chat,
    body: () =>
      `{"messages":[{"role":"user","content":[${fill('{"type":"text","text":""},', 26 * 9_000)}{"type":"text","text":""}]}]}`,
  },
  {
    name: "30 MB of text",
    path: chat,
    body: () => `{"messages":[{"role":"user","content":"${fill("lorem ipsum ", 30 * megabyte)}"}]}`,
  },
  {
    name: "30 MB of escapes",
    path: chat,
    body: () => `{"messages":[{"role":"user","content":"${fill("\\u00e9\\n", 30 * megabyte)}"}]}`,
  },
  {
    name: "1 MB of text in small messages",
    path: chat,
    body: () =>
      `{"max_tokens":1,"messages":[${Array.from({ length: 2000 }, (_, at) => `{"role":"${at % 2 ? "assistant" : "user"}","content":"${fill("lorem ", 400)}"}`).join()},${hi}]}`,
  },
  {
    name: "30 MB that break at their end",
    path: chat,
    body: () => `{"messages":[${hi}],"x":"${fill("x", 30 * megabyte)}"`,
  },
  {
    name: "an enum of a million items",
    path: chat,
    body: () => withSchema(`{"enum":[${Array.from({ length: 1_000_000 }, (_, at) => at).join()}]}`),
  },
  {
    name: "an enum of 70,000 items",
    path: chat,
    body: () => withSchema(`{"enum":[${Array.from({ length: 70_000 }, (_, at) => `"item ${at}"`).join()}]}`),
  },
  { name: "a schema of 1900 parts", path: chat, body: () => withSchema(wide(1900, "a")) },
  { name: "128 tools of 80 parts", path: chat, body: () => withTools((index) => wide(80, `${index}-`), 128) },
  {
    name: "128 tools with 200 KB of words each",
    path: chat,
    body: () =>
      withTools((index) => `{"type":"object","description":"${index} ${fill("word ", 200_000)}"}`, 128),
  },
  {
    name: "counts within counts in a grammar",
    path: chat,
    body: () => withOutputs({ grammar: 'root ::= ((("a"{0,1500}){0,1500}){0,1500})' }),
  },
  {
    name: "counts within counts in a pattern",
    path: chat,
    body: () => withOutputs({ regex: "((([ab]{0,999}c){0,999}d){0,999}e){0,999}" }),
  },
  {
    name: "a pattern with as many states as are allowed",
    path: chat,
    body: () => withOutputs({ regex: "(a|ab|abc|[a-z]{1,60}d?){1,60}" }),
  },
  {
    name: "64 KB of a grammar",
    path: chat,
    body: () =>
      withOutputs({
        grammar: `root ::= r0\n${Array.from({ length: 2500 }, (_, at) => `r${at} ::= "a" | r${(at + 1) % 2500}\n`).join("")}`,
      }),
  },
  {
    name: "a packed body that unpacks to 500 MB",
    path: chat,
    headers: { "content-encoding": "gzip" },
    body: () => Bun.gzipSync(new Uint8Array(500 * megabyte)),
  },
  {
    name: "a packed body of 30 MB of numbers",
    path: chat,
    headers: { "content-encoding": "gzip" },
    body: () => Bun.gzipSync(`{"messages":[${fill("1,", 30 * megabyte)}1]}`),
  },
  {
    name: "a model's name of 1 MB",
    path: chat,
    body: () => `{"model":"${fill("x", megabyte)}","messages":[${hi}]}`,
  },
  {
    name: "a text to tokenize of 30 MB",
    path: "/tokenize",
    body: () => `{"prompt":"${fill("lorem ", 30 * megabyte)}"}`,
  },
  { name: "130,000 tokens as text", path: "/detokenize", body: () => `{"tokens":[${fill("1,", 260_000)}1]}` },
];
