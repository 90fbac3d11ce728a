import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convertPackages } from "../../../../src/convert/environment/packages.ts";
import { runtimeLock } from "../../../../src/engine/kinds/batching/install.ts";
import { runtimePackages } from "../../../../src/engine/kinds/batching/probe.ts";
import { writeStamp } from "../../../../src/python/stamp.ts";

export interface FakeMachine {
  /** The only PATH: what is not in `bin` is not on this machine. */
  variables: { PATH: string; UV_DOWNLOAD_URL: string };
  bin: string;
  /** The command lines that ran, in order. */
  calls(): string[];
  /** Makes a program of that name from a shell script. */
  addProgram(name: string, script: string): void;
  addPython(name?: string, options?: { version?: string; ensurepip?: boolean }): void;
  /** Shell that the fake pip and the uv in an environment run first; `$target` is its `--target`, `$lock` its lock file. */
  setPip(script: string): void;
  /** A folder that looks like an environment of these versions, made from today's lock. */
  addRuntime(dir: string, versions?: { genai?: string }): void;
}

/** A folder of small shell scripts that stand in for Python, pip and uv: real programs, in no time. */
export function createFakeMachine(root: string): FakeMachine {
  const bin = join(root, "bin");
  const log = join(root, "calls");
  const pip = join(root, "pip.sh");
  mkdirSync(bin, { recursive: true });
  const addProgram = (name: string, script: string) => writeScript(join(bin, name), script);
  const environmentPython = (genai: string) => renderEnvironmentPython(log, pip, genai);
  const pinned = runtimePackages["openvino-genai"];
  writeFileSync(join(root, "environment-python"), environmentPython(pinned), { mode: 0o755 });
  return {
    // Where nothing answers: a machine without Python would fetch uv.
    variables: { PATH: bin, UV_DOWNLOAD_URL: "http://127.0.0.1:9" },
    bin,
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []),
    addProgram,
    addPython(name = "python3", { version = "3.12.3", ensurepip = true } = {}) {
      const answer = `${version.replaceAll(".", " ")} ${ensurepip ? 1 : 0}`;
      addProgram(
        name,
        `case "$*" in
        *find_spec*) echo "${answer}" ;;
        *"-m venv "*) echo "${name} $*" >> "${log}"; ${makeEnvironment(root)} ;;
        esac`,
      );
    },
    setPip: (script) => writeFileSync(pip, script),
    addRuntime(dir, { genai = pinned } = {}) {
      mkdirSync(join(dir, "bin"), { recursive: true });
      writeFileSync(join(dir, "pyvenv.cfg"), "");
      writeScript(join(dir, "bin/python"), environmentPython(genai));
      writeStamp(dir, [runtimeLock]);
    },
  };
}

/** For `uv`: `uv venv … DIR` and `uv pip …`, which goes to the environment's own fake pip. */
export function renderFakeUv(root: string): string {
  return `echo "uv $*" >> "${join(root, "calls")}"
  case "$1" in venv) ${makeEnvironment(root)} ;; esac`;
}

function makeEnvironment(root: string): string {
  return `for dir; do :; done
  /bin/mkdir -p "$dir/bin"; : > "$dir/pyvenv.cfg"; /bin/cp "${join(root, "environment-python")}" "$dir/bin/python"`;
}

function renderEnvironmentPython(log: string, pip: string, genai: string): string {
  const { openvino, "openvino-tokenizers": openvino_tokenizers } = runtimePackages;
  const facts = { python: "3.12.3", openvino, openvino_genai: genai, openvino_tokenizers };
  const converter = JSON.stringify({ python: "3.12.3", packages: convertPackages });
  const line = JSON.stringify({ ...facts, devices: ["CPU", "GPU"], device_names: { CPU: "A", GPU: "B" } });
  return `#!/bin/sh
  case "$*" in
  *"-m pip "*|*"-m uv "*)
    echo "python $*" >> "${log}"
    target=""; lock=""; previous=""
    for word; do
      case "$previous" in --target) target=$word ;; -r) lock=$word ;; esac
      previous=$word
    done
    if [ -e "${pip}" ]; then . "${pip}"; fi ;;
  *'"packages"'*) echo '${converter}' ;;
  *openvino_genai*) echo "a native library says something"; echo '${line}' ;;
  esac
  `;
}

export function writeScript(path: string, script: string): void {
  writeFileSync(path, script.startsWith("#!") ? script : `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
