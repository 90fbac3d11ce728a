import { dlopen, FFIType } from "bun:ffi";
import { OvError } from "../../errors.ts";
import type { ToHost } from "../../protocol/messages.ts";
import { createEngine, type NativeEngine } from "./engine.ts";
import { loadAddon } from "./load-addon.ts";
import { lastLine } from "./messages.ts";
import { type HostPipe, openHostPipe } from "./pipe.ts";

/** prctl(2): PR_SET_PDEATHSIG; signal(7): SIGKILL. */
const parentDeathSignal = 1;
const kill = 9;

/**
 * The native host: one model in this process, over the addon in `dir`. Speaks the protocol of protocol/messages.ts on file
 * descriptors 3 and 4. Resolves when the daemon sends `close`, is gone, or the load fails; the caller then ends the process at
 * once, because the engine's threads may still be at work and nothing stops them.
 */
export async function runNativeHost(dir: string): Promise<void> {
  dieWithParent();
  // Ctrl-C reaches the whole process group; the daemon decides when its hosts end.
  process.on("SIGINT", () => {});
  const pipe = openHostPipe();
  const messages = pipe.messages();
  const first = await messages.next().catch(async (error: unknown) => {
    await report(error, pipe);
    throw error;
  });
  if (first.done === true) return;
  // The pipe is read while the model loads, so that the daemon's end is seen then, too.
  const engine = toLoad(first.value, pipe, dir);
  const served = serve(messages, engine);
  const failed = engine.then(
    () => new Promise<never>(() => {}),
    () => {},
  );
  await Promise.race([served, failed]);
}

/** A daemon that is killed takes its hosts along, also in the middle of a load or of a prompt. */
function dieWithParent(): void {
  const libc = dlopen("libc.so.6", {
    prctl: { args: [FFIType.i32, FFIType.u64], returns: FFIType.i32 },
  });
  libc.symbols.prctl(parentDeathSignal, kill);
  libc.close();
}

async function toLoad(message: ToHost, pipe: HostPipe, dir: string): Promise<NativeEngine> {
  try {
    const engine = await load(message, pipe, dir);
    pipe.send(engine.ready);
    return engine;
  } catch (error) {
    await report(error, pipe);
    throw error;
  }
}

/** The load failed, or never started. */
async function report(error: unknown, pipe: HostPipe): Promise<void> {
  const code = error instanceof OvError ? error.code : "model_load_failed";
  pipe.send({ type: "failed", id: null, code, message: lastLine(error) });
  await pipe.flush();
}

async function load(message: ToHost, pipe: HostPipe, dir: string): Promise<NativeEngine> {
  if (message.type !== "load") {
    throw new OvError("engine_failed", `The daemon sent "${message.type}" before a model was loaded.`);
  }
  return await createEngine(await loadAddon(dir), message, pipe.send);
}

/** Takes messages until the daemon wants no more. What comes before the model is loaded waits for it, in order. */
async function serve(messages: AsyncGenerator<ToHost>, loading: Promise<NativeEngine>): Promise<void> {
  let order: Promise<unknown> = loading.catch(() => {});
  for await (const message of messages) {
    if (message.type === "close") return;
    order = order
      .then(() => loading)
      .then(
        (engine) => engine.take(message),
        () => {},
      );
  }
}
