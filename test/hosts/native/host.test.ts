import { afterEach, describe, expect, test } from "bun:test";
import { closeSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createNativeLauncher } from "../../../src/engine/kinds/native/launch.ts";
import type { Host } from "../../../src/engine/supervise/types.ts";
import { protocolVersion } from "../../../src/protocol/version.ts";
import { toRequest } from "../../helpers/engine-request.ts";
import { loadNativeHost, type NativeHostOptions } from "../../helpers/native-host.ts";
import { eventually, isRunning } from "../../helpers/processes.ts";
import { installStandIn, type StandInOptions, writeStandInModel } from "../../helpers/stand-in.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { collect } from "../conformance.ts";

const temp = createTempDir();
const addon = installStandIn(temp);
const hosts: Host[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
});

const modelThat = (behaviour: string) => writeStandInModel(mkdtempSync(join(temp, "model-")), behaviour);

async function load(behaviour: string, options: NativeHostOptions = {}, standIn?: StandInOptions) {
  const dir = standIn ? installStandIn(mkdtempSync(join(temp, "addon-")), standIn) : addon;
  const path = modelThat(behaviour);
  const host = await loadNativeHost(dir, path, options);
  hosts.push(host);
  return { host, path, properties: () => JSON.parse(readFileSync(join(path, "properties.json"), "utf8")) };
}

const never = new AbortController().signal;

describe("a load", () => {
  test("says what the model and the engine are", async () => {
    const { host } = await load("");
    expect(host.ready).toMatchObject({
      engine: "native",
      device: "CPU",
      device_name: "Stand-in CPU",
      context_length: 512,
      chat_template: expect.stringContaining("{% for message in messages %}"),
      bos_token: "<|im_start|>",
      eos_token: "<|im_end|>",
      capabilities: ["grammar"],
      max_concurrent: 1,
      versions: { openvino_genai_node: "2026.4.0" },
    });
  });

  test.each<[string, string, StandInOptions | undefined]>([
    ["The weights are upside down.", "fails-loading", undefined],
    ["ended unexpectedly (SIG", "crashes-loading", undefined],
    ["openvino-genai-node 2026.4.0 needs openvino-node 2026.4.0", "", { openvinoVersion: "2026.3.0" }],
    ["The native engine changes prompts of this model", "", { keepsTemplate: true }],
  ])("fails with %p", async (message, behaviour, standIn) => {
    expect(load(behaviour, {}, standIn)).rejects.toThrow(message);
  });

  test("a device that is not there is named beside those that are", async () => {
    const refused = load("", { target: { device: "GPU" } });
    expect(refused).rejects.toThrow('OpenVINO sees no device "GPU", only CPU');
  });

  test("hands the entry's properties on, and no scheduler of its own", async () => {
    const properties = { ATTENTION_BACKEND: "SDPA", INFERENCE_NUM_THREADS: 2, ENABLE_CPU_PINNING: false };
    const { properties: seen } = await load("", { target: { properties } });
    expect(seen()).toEqual({ device: "CPU", properties });
  });

  test("AUTO is the GPU where there is one, with a cache of compiled models", async () => {
    const { properties, host } = await load("", {}, { devices: ["CPU", "GPU.0"] });
    expect(properties()).toEqual({ device: "GPU.0", properties: { CACHE_DIR: "/nonexistent" } });
    expect(host.ready.device).toBe("GPU.0");
  });
});

describe("a request", () => {
  test("its prompt is counted without a second start-of-text token, and reaches the engine as it is", async () => {
    const { host } = await load("");
    const [started] = (await collect(host, toRequest("Hi"))).events;
    // The marks, the role and the text, each with what is between them.
    expect(started).toMatchObject({ promptTokens: 8 });
  });

  test("tokens are those of the engine, the end of text included", async () => {
    const { host } = await load("");
    expect(await collect(host, toRequest("Hi"))).toMatchObject({ tokens: 9, reason: "stop" });
  });

  test.each([
    [3, "length"],
    [20, "stop"],
  ] as const)(
    "of %d tokens ends by their count where the engine gives no reason: %s",
    async (max_tokens, reason) => {
      const { host } = await load("no-reasons");
      expect(await collect(host, toRequest("Hi", { max_tokens }))).toMatchObject({ reason });
    },
  );

  test("a piece of several tokens counts as so many at once, also where a stop string ends the answer there", async () => {
    const { host } = await load("");
    const counted: [words: number, tokens: number][] = [];
    for await (const event of host.run(
      "generate",
      toRequest("Hi", { max_tokens: 6, ignore_eos: true }),
      never,
    )) {
      if (event.type === "text") counted.push([event.text.trim().split(" ").length, event.tokens]);
    }
    expect(counted.map(([, tokens]) => tokens)).toEqual([1, 1, 1, 1, 2]);
    expect(counted.every(([words, tokens]) => words === tokens)).toBe(true);
  });

  test("requests run one at a time in the order of their arrival", async () => {
    const { host } = await load("");
    const order: number[] = [];
    const run = async (index: number) => {
      for await (const event of host.run("generate", toRequest(`Question ${index}`), never)) {
        if (event.type === "text") expect(event.text).not.toContain("CORRUPTED");
        if (event.type === "finished") order.push(index);
      }
    };
    await Promise.all([0, 1, 2, 3].map(run));
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test("one that fails says the engine's last line, and the next one works", async () => {
    const { host } = await load("fails-answering");
    expect(collect(host, toRequest("Hi"))).rejects.toMatchObject({
      code: "engine_failed",
      message: "The sky fell down.",
    });
    expect(collect(host, toRequest("Hi"))).rejects.toMatchObject({ code: "engine_failed" });
  });

  test("a crash of the engine is reported to whoever waits for it", async () => {
    const { host } = await load("crashes-answering");
    expect(collect(host, toRequest("Hi"))).rejects.toMatchObject({ code: "engine_crashed" });
    expect(await host.exited).toMatchObject({ code: "engine_crashed" });
    hosts.pop();
  });

  test("one that is left while its prompt is computed makes place as soon as that ends", async () => {
    const { host, path } = await load("hangs-in-prompt");
    const stop = new AbortController();
    const left = (async () => {
      for await (const event of host.run("generate", toRequest("First"), stop.signal)) {
        if (event.type === "started") stop.abort(new Error("left"));
      }
    })();
    expect(left).rejects.toThrow("left");
    await left.catch(() => {});
    const next = collect(host, toRequest("Second"));
    writeFileSync(join(path, "go-on"), "");
    expect(await next).toMatchObject({ reason: "stop", tokens: 9 });
  });

  test("one that is left while it waits never runs", async () => {
    const { host, path } = await load("hangs-in-prompt");
    const first = collect(host, toRequest("First"));
    const stop = new AbortController();
    const waiting = collect(
      { ...host, run: (operation, request) => host.run(operation, request, stop.signal) } as Host,
      toRequest("Second"),
    );
    stop.abort(new Error("left"));
    expect(waiting).rejects.toThrow("left");
    writeFileSync(join(path, "go-on"), "");
    expect((await first).reason).toBe("stop");
    expect((await collect(host, toRequest("Third"))).reason).toBe("stop");
  });
});

describe("the process", () => {
  const loadLine = (path: string) => ({
    type: "load",
    protocol: protocolVersion,
    path,
    task: "text-generation-with-past",
    device: "CPU",
    context_length: 64,
    kv_cache_gb: 0,
    max_concurrent: 1,
    cache_dir: "/nonexistent",
    properties: {},
  });

  /** A host that loads for ever, without a daemon that supervises it. */
  async function spawnLoading() {
    const path = modelThat("hangs-loading");
    const { argv, env } = createNativeLauncher(addon, process.env);
    const child = Bun.spawn(argv, { env, stdio: ["ignore", "inherit", "inherit", "pipe", "pipe"] });
    const [commandsFd, eventsFd] = [child.stdio[3], child.stdio[4]];
    if (typeof commandsFd !== "number" || typeof eventsFd !== "number") throw new Error("no pipes");
    const commands = Bun.file(commandsFd).writer();
    commands.write(`${JSON.stringify(loadLine(path))}\n`);
    await commands.flush();
    await eventually(() => existsSync(join(path, "properties.json")));
    const closeCommands = async () => {
      await commands.end();
      closeSync(commandsFd);
    };
    void child.exited.then(() => closeSync(eventsFd));
    return { child, closeCommands };
  }

  test("Ctrl-C leaves it alone, SIGTERM ends it at once, also in the middle of a load", async () => {
    const { child, closeCommands } = await spawnLoading();
    child.kill("SIGINT");
    child.kill("SIGTERM");
    await child.exited;
    expect(child.signalCode).toBe("SIGTERM");
    await closeCommands();
  });

  test("the end of its commands ends it, also in the middle of a load", async () => {
    const { child, closeCommands } = await spawnLoading();
    await closeCommands();
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });

  test.each([
    ["hangs-loading", "properties.json"],
    ["hangs-in-prompt", "prefill"],
  ])("a daemon that is killed takes it along: %s", async (behaviour, mark) => {
    const path = modelThat(behaviour);
    const fixture = join(import.meta.dir, "daemon.fixture.ts");
    const daemon = Bun.spawn([process.execPath, fixture, addon, path], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    await eventually(() => existsSync(join(path, mark)));
    const children = readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, "utf8")
      .trim()
      .split(" ");
    expect(children.map(Number).map(isRunning)).toEqual([true]);
    daemon.kill("SIGKILL");
    await daemon.exited;
    await eventually(() => !isRunning(Number(children[0])));
  });
});
