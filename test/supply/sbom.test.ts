import { describe, expect, test } from "bun:test";
import { convertPackages } from "../../src/convert/environment/packages.ts";
import { nativePackages } from "../../src/engine/kinds/native/find.ts";
import { starterModel } from "../../src/library/starter.ts";
import { findFault, renderSbom } from "./sbom.ts";

describe("the bill of materials", () => {
  const made = renderSbom();

  test("is valid, and the same each time", async () => {
    expect(await findFault(await made)).toBeNull();
    expect(await renderSbom()).toBe(await made);
  });

  test("is checked: one with a wrong field is not valid", async () => {
    expect(await findFault((await made).replace('"library"', '"libary"'))).not.toBeNull();
  });

  test("holds what is in the executable and what is fetched", async () => {
    const { components } = JSON.parse(await made);
    const purls = components.map(({ purl }: { purl?: string }) => purl);
    for (const [name, version] of Object.entries({
      ...nativePackages,
      elysia: "1.4.30",
      "prom-client": "15.1.3",
    }))
      expect(purls).toContain(`pkg:npm/${name}@${version}`);
    expect(purls).toContain(`pkg:pypi/transformers@${convertPackages.transformers}`);
    expect(purls).toContain(`pkg:pypi/torch@${convertPackages.torch}+cpu`);
    const starter = components.find(({ name }: { name: string }) => name === starterModel.name);
    expect(starter.hashes).toEqual([{ alg: "SHA-256", content: starterModel.sha256 }]);
  });
});
