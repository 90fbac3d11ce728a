import { join } from "node:path";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { loadBatchingHost } from "../helpers/batching-host.ts";
import { modelPath } from "../helpers/environment.ts";
import { loadNativeHost } from "../helpers/native-host.ts";
import { installStandIn, writeStandInModel } from "../helpers/stand-in.ts";
import { createTempDir } from "../helpers/temp.ts";
import { describeConformance } from "./conformance.ts";

describeConformance("memory", async () => createMemoryHost());

describeConformance("batching", () => loadBatchingHost("smol", modelPath()));

// The host is real, and what it loads stands in for the addon.
const folder = createTempDir();
describeConformance("native", () =>
  loadNativeHost(installStandIn(folder), writeStandInModel(join(folder, "model"))),
);
