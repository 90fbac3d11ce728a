/**
 * `bun run test:models [NAME…]`: converts and serves models of random weights, of each chat architecture in
 * test/architectures/table.ts or of those that are named; `encoders` are those that embed, rank and classify, `qwen2-5-vl` is one
 * that sees, `embeddinggemma` one with layers behind its pooling. Needs what `npm test` brings. OV_TEST_FORMATS picks the
 * formats (int8,int4). What came of it goes to test/architectures/measured.json.
 */
import { encoders, gemmaEmbedder, sighted, tinyModels } from "./architectures/table.ts";

const words = process.argv.slice(2);
const known = [...Object.keys(tinyModels), encoders, sighted, gemmaEmbedder];
const unknown = words.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`There is no model "${unknown}": there is ${known.join(", ")}.`);
  process.exit(2);
}
const names = words.length > 0 ? words : known;
const files = ["matrix", "encoders", "sighted", "gemma-embedder"].map(
  (name) => `test/architectures/${name}.test.ts`,
);
const child = Bun.spawn([process.execPath, "test", ...files], {
  env: { ...process.env, OV_TEST_ARCHITECTURES: names.join(","), OV_TEST_WRITE_MEASURED: "1" },
  stdio: ["inherit", "inherit", "inherit"],
});
process.exit(await child.exited);
