/**
 * `bun run test:native`: the suites of the real model on the native engine. Ends with a sentence where its addon is not on this
 * machine. Needs what `npm test` brings, too. Words after it go to `bun test`.
 */
import { probeNative } from "../src/engine/kinds/native/probe.ts";
import { addonDir } from "./helpers/engine.ts";

const suites = ["test/hosts", "test/engine/kinds/native", "test/model", "test/client"];

const found = await probeNative(addonDir, { variables: process.env });
if (found.state !== "ready" || addonDir === null) {
  const why = found.state === "broken" ? `does not run: ${found.reason}` : "is not on this machine";
  console.error(
    `The native engine ${why}. Install it with \`ov-llm setup --native\`, or let OV_NATIVE_DIR name the node_modules ` +
      "folder that holds its packages, then run this again.",
  );
  process.exit(1);
}
console.log(`openvino-genai-node ${found.openvino_genai_node}, openvino ${found.openvino}: ${addonDir}`);
const words = process.argv.slice(2);
const child = Bun.spawn([process.execPath, "test", ...(words.length > 0 ? words : suites)], {
  env: { ...process.env, OV_TEST_ENGINE: "native", OV_NATIVE_DIR: addonDir },
  stdio: ["inherit", "inherit", "inherit"],
});
process.exit(await child.exited);
