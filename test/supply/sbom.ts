/**
 * `bun run sbom`: writes dist/ov-llm.cdx.json, a bill of materials (CycloneDX 1.6): what is inside the executable, and what
 * `ov-llm setup` fetches. It is checked against the standard's schema first.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Enums, Models, Serialize, Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { version } from "../../src/version.ts";
import { readComponents, toLicence } from "./sbom-components.ts";
import { root } from "./text.ts";

const place = "dist/ov-llm.cdx.json";
const spec = Spec.Spec1dot6;

/** The same for the same sources: it has neither a date nor a serial number. */
export async function renderSbom(): Promise<string> {
  const main = new Models.Component(Enums.ComponentType.Application, "ov-llm", {
    version,
    bomRef: `ov-llm@${version}`,
    licenses: new Models.LicenseRepository([toLicence("Apache-2.0")]),
  });
  const components = await readComponents();
  for (const component of components) main.dependencies.add(component.bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: main }),
    components: new Models.ComponentRepository(components),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(spec));
  return serializer.serialize(bom, { sortLists: true, space: 1 });
}

/** What the standard's schema says against it; null: nothing. */
export async function findFault(sbom: string): Promise<unknown> {
  return await new Validation.JsonStrictValidator(spec.version).validate(sbom);
}

if (import.meta.main) {
  const sbom = await renderSbom();
  const fault = await findFault(sbom);
  if (fault !== null) throw new Error(`It is not valid: ${JSON.stringify(fault)}`);
  mkdirSync(dirname(join(root, place)), { recursive: true });
  writeFileSync(join(root, place), `${sbom}\n`);
  console.log(`${place}: ${sbom.match(/"bom-ref"/g)?.length} components`);
}
