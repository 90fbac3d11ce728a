import { createDaemonThreads } from "../../src/daemon/threads.ts";
import { listen } from "../../src/http/listen.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";

// The daemon's side of HTTP with a host in memory, and a beat that says how long the loop was held.
const { readLarge, runTextJob } = createDaemonThreads();
const app = createTestApp({
  readLarge,
  runTextJob,
  maxBody: 32_000_000,
  load: async () => ({ host: createMemoryHost({ contextLength: 100_000 }), defaults: {} }),
});
const listener = listen(app.handle, { host: "127.0.0.1", port: 0, setting: "--port" });

let longest = 0;
let beats = 0;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  beats += 1;
  last = now;
}, 1);

process.on("message", () => {
  process.send?.({ longest, beats });
  longest = 0;
  beats = 0;
  last = performance.now();
});
process.send?.({ port: listener.port });
