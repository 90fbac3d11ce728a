import { join } from "node:path";
import { encodersPath, modelPath, speechPath } from "../helpers/environment.ts";
import { startServer, type TestServer } from "../helpers/server.ts";

/** A server that can be killed and started again at the same address. */
export interface TestBox {
  name: string;
  url: string;
  key: string;
  server: TestServer;
}

const settings = { OV_KV_CACHE_GB: "1", OV_MAX_CONCURRENT: "8", OV_MAX_QUEUE: "16" };

/** A box with light models of each kind; `whole`: with those that take a while to load, too. */
export async function startBox(name: string, home: string, whole: boolean): Promise<TestBox> {
  const key = `key-of-${name}`;
  const options = {
    home,
    models: toModels(whole),
    env: { ...settings, OV_BOX_NAME: name, OV_API_KEY: key },
  };
  const server = await startServer(options);
  return { name, key, url: server.url, server };
}

/** The box at the address that it had. */
export async function restart(box: TestBox): Promise<void> {
  const { home } = box.server;
  const env = { ...settings, OV_BOX_NAME: box.name, OV_API_KEY: box.key };
  const flags = ["--port", new URL(box.url).port];
  box.server = await startServer({ home, flags, models: toModels(true), env });
}

function toModels(whole: boolean): Record<string, Record<string, unknown>> {
  const smol = {
    path: modelPath(),
    task: "text-generation-with-past",
    weight_format: "q4_1",
    pinned: true,
    aliases: ["assistant"],
    presets: { terse: { max_tokens: 5 } },
  };
  const encoder = (folder: string, task: string) => ({
    path: join(encodersPath(), folder),
    task,
    weight_format: "fp32",
  });
  const speech = { path: join(speechPath(), "whisper-base"), task: "automatic-speech-recognition-with-past" };
  return {
    smol,
    minilm: encoder("minilm", "feature-extraction"),
    ranker: encoder("cross-encoder", "text-classification"),
    ...(whole ? { whisper: { ...speech, weight_format: "fp16" } } : {}),
  };
}
