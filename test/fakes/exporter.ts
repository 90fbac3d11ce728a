/**
 * Stands in for `optimum-cli export openvino`: a real program with its command line, that writes a folder which looks like
 * its. The file `behaviour` in the model's folder says how it shall go; without one it goes well.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const args = process.argv.slice(2);
const flag = (name: string) => args[args.indexOf(name) + 1] ?? "";
const model = flag("--model");
const output = args.at(-1) ?? "";
const behaviour = existsSync(join(model, "behaviour"))
  ? readFileSync(join(model, "behaviour"), "utf8").trim()
  : "";
const say = (text: string) => writeSync(2, text);
const fail = (text: string, code = 1): never => {
  say(text);
  process.exit(code);
};

if (args[0] !== "export" || args[1] !== "openvino" || flag("--task") === "")
  fail("error: wrong command line\n", 2);
say("Multiple distributions found for package optimum.\n");
say("Loading weights:  50%|#####     | 1/2\rLoading weights: 100%|##########| 2/2\n");
mkdirSync(output, { recursive: true });
writeFileSync(join(output, "config.json"), JSON.stringify({ max_position_embeddings: 64 }));
if (behaviour === "killed") process.kill(process.pid, "SIGKILL");
if (behaviour === "hang") {
  writeFileSync(join(output, "openvino_model.bin"), "half");
  say("hanging\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
if (behaviour.startsWith("wait ")) {
  say("waiting\n");
  while (!existsSync(behaviour.slice(5))) Bun.sleepSync(10);
}
if (behaviour.startsWith("reports ")) say(`${behaviour.slice(8)}\n`);
if (behaviour === "silent") process.exit(4);
if (behaviour === "group-size" && flag("--group-size") !== "64") {
  fail(
    "nncf.errors.InvalidGroupSizeError: Failed to apply group-wise quantization with group size value 128 and channel size value 576.\n",
  );
}
if (behaviour.startsWith("says ")) {
  fail(
    `Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n    run()\n${behaviour.slice(5)}\n`,
  );
}
say("INFO:nncf:Statistics of the bitwidth distribution:\nApplying Weight Compression --- 100% • 0:00:01\n");
// Real bytes, so that a full disk or a limit on files is met where it would be.
const size = behaviour.startsWith("bytes ") ? Number(behaviour.slice(6)) : 64;
try {
  writeFileSync(join(output, "openvino_model.bin"), Buffer.alloc(size, 1));
} catch (error) {
  fail(`OSError: [Errno 28] ${error}: No space left on device\n`);
}
writeFileSync(join(output, "openvino_model.xml"), JSON.stringify({ args, env: Object.keys(process.env) }));
if (behaviour !== "no-tokenizer") {
  for (const name of ["tokenizer", "detokenizer"])
    writeFileSync(join(output, `openvino_${name}.xml`), "<net/>");
}
