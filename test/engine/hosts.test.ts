import { createMemoryHost } from "../fakes/memory-host.ts";
import { loadBatchingHost } from "../helpers/batching-host.ts";
import { modelPath } from "../helpers/environment.ts";
import { describeConformance } from "./conformance.ts";

describeConformance("memory", async () => createMemoryHost());

describeConformance("batching", () => loadBatchingHost("smol", modelPath()));
