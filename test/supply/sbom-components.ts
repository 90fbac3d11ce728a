import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Enums, Models, SPDX } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import { starterModel } from "../../src/library/starter.ts";
import { parseLock } from "../../src/python/lock.ts";
import { findBundled } from "./bundled.ts";
import { environments } from "./environments.ts";
import { root } from "./text.ts";

const { Component, HashDictionary, LicenseRepository, Property, PropertyRepository } = Models;
const { Library, Platform, MachineLearningModel } = Enums.ComponentType;

/** All that is shipped or fetched for the people who use ov-llm; what only the tests use is left out. */
export async function readComponents(): Promise<Models.Component[]> {
  const inExecutable = (await findBundled()).map(toNpmComponent);
  return [readBun(), ...inExecutable, ...readNativePackages(), ...readPythonPackages(), toStarter()];
}

export function toLicence(id: string): Models.SpdxLicense {
  if (!SPDX.isSupportedSpdxId(id)) throw new Error(`"${id}" is no SPDX identifier`);
  return new Models.SpdxLicense(id);
}

/** `id`: an identifier of SPDX, or a choice: `(MPL-2.0 OR Apache-2.0)`. */
const toLicences = (id: string) =>
  new LicenseRepository([id.includes(" OR ") ? new Models.LicenseExpression(id) : toLicence(id)]);
const toSha512 = (integrity: string) =>
  Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
const hashes = (sha512: string) => new HashDictionary([[Enums.HashAlgorithm["SHA-512"], sha512]]);
const belongsTo = (...parts: string[]) => parts.map((part) => new Property("ov-llm:part", part));

function toNpmComponent({ name, version, license }: { name: string; version: string; license: string }) {
  const integrity = readNpmLock("bun.lock").get(`${name}@${version}`);
  if (integrity === undefined) throw new Error(`bun.lock does not hold ${name} ${version}`);
  return new Component(Library, name, {
    version,
    ...toNpmIdentity(name, version, "executable"),
    licenses: toLicences(license),
    hashes: hashes(toSha512(integrity)),
    properties: new PropertyRepository(belongsTo("executable")),
  });
}

function toNpmIdentity(name: string, version: string, part: string) {
  const [scope, bare] = name.startsWith("@") ? name.split("/") : [null, name];
  const purl = new PackageURL("npm", scope, bare ?? name, version, null, null).toString();
  return { purl, bomRef: `${part}:${purl}` };
}

/** `name@version` -> integrity, of a bun.lock. */
function readNpmLock(path: string): Map<string, string> {
  const text = readFileSync(join(root, path), "utf8");
  const rows = text.matchAll(/^ {4}"[^"]+": \["((?:@[^/"]+\/)?[^@"]+@[^"]+)", .*"(sha512-[^"]+)"\],?$/gm);
  return new Map([...rows].map(([, id = "", integrity = ""]) => [id, integrity]));
}

/** The native engine's packages; their libraries come from Intel's storage. */
function readNativePackages(): Models.Component[] {
  const lock = readNpmLock("src/engine/kinds/native/packages-lock.txt");
  return [...lock].map(([id, integrity]) => {
    const at = id.lastIndexOf("@");
    const [name, version] = [id.slice(0, at), id.slice(at + 1)];
    return new Component(Library, name, {
      version,
      ...toNpmIdentity(name, version, "native"),
      hashes: hashes(toSha512(integrity)),
      scope: Enums.ComponentScope.Optional,
      properties: new PropertyRepository(belongsTo("native engine")),
    });
  });
}

/** Each version once, with all lock files that hold it. One package has several files, which CycloneDX's hashes of one thing cannot say. */
function readPythonPackages(): Models.Component[] {
  const found = new Map<string, Models.Component>();
  for (const lock of environments
    .map((environment) => environment.lock)
    .filter((path) => path.startsWith("src/")))
    for (const { name, version, marker, sha256 } of parseLock(readFileSync(join(root, lock), "utf8"))) {
      const purl = new PackageURL("pypi", null, name, version, null, null).toString();
      const component =
        found.get(purl) ??
        new Component(Library, name, { version, purl, bomRef: purl, scope: Enums.ComponentScope.Optional });
      found.set(purl, component);
      for (const property of belongsTo(`python: ${basename(lock, ".txt")}`))
        component.properties.add(property);
      if (marker !== undefined) component.properties.add(new Property("ov-llm:marker", marker));
      for (const hash of sha256) component.properties.add(new Property("ov-llm:file-sha256", hash));
    }
  return [...found.values()];
}

/** The runtime in the executable. */
function readBun(): Models.Component {
  const script = readFileSync(join(root, "install.sh"), "utf8");
  const read = (name: string) => new RegExp(`^${name}=(.+)$`, "m").exec(script)?.[1] ?? "";
  const version = read("bun_version");
  const platforms = ["x64", "aarch64"].map((platform) => `${platform}: ${read(`bun_sha256_${platform}`)}`);
  return new Component(Platform, "bun", {
    version,
    ...toNpmIdentity("bun", version, "executable"),
    licenses: toLicences("MIT"),
    properties: new PropertyRepository([
      ...belongsTo("executable"),
      ...platforms.map((value) => new Property("ov-llm:file-sha256", value)),
    ]),
  });
}

function toStarter(): Models.Component {
  return new Component(MachineLearningModel, starterModel.name, {
    bomRef: starterModel.name,
    description: `${starterModel.file}, out of ${starterModel.requirement}`,
    licenses: toLicences("Apache-2.0"),
    hashes: new HashDictionary([[Enums.HashAlgorithm["SHA-256"], starterModel.sha256]]),
    scope: Enums.ComponentScope.Optional,
    properties: new PropertyRepository(belongsTo("starter model")),
  });
}
