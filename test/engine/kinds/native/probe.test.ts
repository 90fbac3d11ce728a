import { describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { probeNative } from "../../../../src/engine/kinds/native/probe.ts";
import { installStandIn, type StandInOptions } from "../../../helpers/stand-in.ts";
import { createTempDir } from "../../../helpers/temp.ts";

const temp = createTempDir();
const probe = (dir: string | null) => probeNative(dir, { variables: process.env });
const probeStandIn = (options: StandInOptions = {}) =>
  probe(installStandIn(mkdtempSync(join(temp, "dir-")), options));

describe("probeNative", () => {
  test("gives versions and devices", async () => {
    expect(await probeStandIn({ devices: ["CPU", "GPU.0"] })).toEqual({
      state: "ready",
      openvino_genai_node: "2026.4.0",
      openvino_node: "2026.4.0",
      openvino: "2026.4.0-0-standin",
      devices: ["CPU", "GPU.0"],
      device_names: { CPU: "Stand-in CPU", "GPU.0": "Stand-in GPU.0" },
    });
  });

  test("no folder is no engine", async () => {
    expect(await probe(null)).toEqual({ state: "missing" });
  });

  test.each<[string, StandInOptions, string]>([
    [
      "two packages that do not belong together",
      { openvinoVersion: "2026.3.0" },
      "openvino-genai-node 2026.4.0 needs openvino-node 2026.4.0, but in ",
    ],
    ["… and names what is there", { openvinoVersion: "2026.3.0" }, " there is openvino-node 2026.3.0"],
    [
      "a library of another release",
      { buildNumber: "2026.3.1-21000-abc" },
      "openvino-genai-node 2026.4.0 needs OpenVINO 2026.4.0, but in ",
    ],
    [
      "… and names what it says",
      { buildNumber: "2026.3.1-21000-abc" },
      " there is OpenVINO 2026.3.1-21000-abc",
    ],
    ["an addon that ends its process", { crashes: true }, "it was ended by SIG"],
  ])("is broken with %s", async (_what, options, reason) => {
    expect(await probeStandIn(options)).toMatchObject({
      state: "broken",
      reason: expect.stringContaining(reason),
    });
  });

  test("a versions mismatch is seen before anything native runs", async () => {
    const found = await probeStandIn({ openvinoVersion: "2026.3.0", crashes: true });
    expect(found).toMatchObject({ next: "Install it again with `ov-llm setup --native`." });
  });

  test("a package without its version, and one that exports something else, are named", async () => {
    const dir = installStandIn(mkdtempSync(join(temp, "dir-")));
    writeFileSync(join(dir, "openvino-node/dist/index.js"), "exports.other = 1;");
    expect(await probe(dir)).toMatchObject({
      reason: expect.stringContaining("does not export what ov-llm expects"),
    });
    writeFileSync(join(dir, "openvino-node/package.json"), "{}");
    expect(await probe(dir)).toMatchObject({ reason: expect.stringContaining("states no version") });
  });
});
