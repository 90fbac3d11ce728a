import { installRuntime } from "../../../../src/engine/kinds/batching/install.ts";

// A set-up in a process of its own, so that a test can kill it. Prints each line of progress.
const [, , runtimeDir = ""] = process.argv;
await installRuntime({ runtimeDir, onProgress: (line) => process.stdout.write(`${line}\n`) });
