import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convertPackages } from "../../src/convert/environment/packages.ts";
import { repo } from "../helpers/server.ts";

/** A small .safetensors file with tensors of that shape in float16, and as many bytes of data as its header says. */
export function toSafetensors(shape: number[], names: string[] = ["w"]): Buffer {
  const each = shape.reduce((product, next) => product * next, 2);
  const toTensor = (_: string, at: number) => ({
    dtype: "F16",
    shape,
    data_offsets: [at * each, (at + 1) * each],
  });
  const bytes = each * names.length;
  const tensors = Object.fromEntries(names.map((name, at) => [name, toTensor(name, at)]));
  const header = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(bytes)]);
}

export const plainConfig = { architectures: ["LlamaForCausalLM"], model_type: "llama", hidden_size: 128 };

/** A folder that passes for a Hugging Face model. `files` replaces single ones; null leaves one out. */
export function makeModel(path: string, files: Record<string, string | Buffer | null> = {}): string {
  const all = {
    "config.json": JSON.stringify(plainConfig),
    "model.safetensors": toSafetensors([16, 16]),
    "tokenizer.json": "{}",
    ...files,
  };
  mkdirSync(path, { recursive: true });
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(join(path, name, ".."), { recursive: true });
    if (content !== null) writeFileSync(join(path, name), content);
  }
  return path;
}

/** A folder that passes for an OpenVINO model. */
export function makeOpenVino(path: string): string {
  mkdirSync(path, { recursive: true });
  for (const name of ["model.xml", "model.bin", "tokenizer.xml", "detokenizer.xml"]) {
    writeFileSync(join(path, `openvino_${name}`), "x");
  }
  return path;
}

/** A .gguf file of that architecture, with one small tensor of each type; the layout is that of the GGUF specification, version 3. */
export function makeGguf(path: string, architecture: string, types: number[] = []): string {
  const number = (value: number, bytes: 4 | 8) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUInt32LE(value);
    return buffer;
  };
  const text = (value: string) => [number(value.length, 8), Buffer.from(value)];
  const typeOfText = 8;
  const head = [Buffer.from("GGUF"), number(3, 4), number(types.length, 8), number(1, 8)];
  const entry = [...text("general.architecture"), number(typeOfText, 4), ...text(architecture)];
  const tensors = types.flatMap((type, at) => [
    ...text(`t${at}`),
    number(1, 4),
    number(256, 8),
    number(type, 4),
    number(0, 8),
  ]);
  writeFileSync(path, Buffer.concat([...head, ...entry, ...tensors, Buffer.alloc(4096)]));
  return path;
}

export const fakeExporter = [process.execPath, join(repo, "test/fakes/exporter.ts")];

/** An environment for OV_CONVERT_ENV whose optimum-cli is the fake exporter. */
function makeConvertEnv(path: string): string {
  const facts = JSON.stringify({ python: "3.12.3", packages: convertPackages });
  makePython(
    path,
    `case "$*" in
*optimum_cli*) shift 4; exec ${fakeExporter.map((word) => `'${word}'`).join(" ")} "$@" ;;
*) echo '${facts}' ;;
esac`,
  );
  return path;
}

/** A runtime for OV_RUNTIME_DIR whose host is the fake one; `how` as its one argument. */
function makeRuntime(path: string, how = "well"): string {
  makePython(path, `exec '${process.execPath}' '${join(repo, "test/fakes/host-program.ts")}' ${how}`);
  return path;
}

function makePython(path: string, script: string): void {
  mkdirSync(join(path, "bin"), { recursive: true });
  writeFileSync(join(path, "pyvenv.cfg"), "");
  writeFileSync(join(path, "bin/python"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(path, "bin/python"), 0o755);
}

export interface ConvertHome {
  home: string;
  src: string;
  og: string;
  out: string;
  registryPath: string;
  env: Record<string, string>;
  /** The registry's models; empty where there is no registry yet. */
  models(): Record<string, Record<string, unknown>>;
}

/** A home with a converter and an engine, both fake, and no models yet. */
export function makeConvertHome(home: string, how?: string): ConvertHome {
  const out = join(home, "models/converted_models");
  const registryPath = join(out, "registry.json");
  mkdirSync(join(home, "model"), { recursive: true });
  return {
    home,
    src: join(home, "model"),
    og: join(home, "model/og_models"),
    out,
    registryPath,
    env: {
      OV_CONVERT_ENV: makeConvertEnv(join(home, "convert env")),
      OV_RUNTIME_DIR: makeRuntime(join(home, "runtime"), how),
    },
    models: () => (existsSync(registryPath) ? JSON.parse(readFileSync(registryPath, "utf8")).models : {}),
  };
}
