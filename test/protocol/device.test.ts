import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { chooseDevice, findDeviceProblem } from "../../src/protocol/device.ts";
import cases from "../fixtures/devices.json";
import { clientPython } from "../helpers/environment.ts";
import { hostModules } from "../helpers/python-tests.ts";

describe("the device of a model", () => {
  test.each(cases)("%j", ({ wanted, seen, device, problem }) => {
    const chosen = chooseDevice(wanted, seen);
    const found = findDeviceProblem(chosen, seen);
    if (problem === undefined) expect([chosen, found]).toEqual([device as string, null]);
    else expect(found).toStartWith(problem);
  });

  test("is the same in the host in Python", async () => {
    const script = join(import.meta.dir, "device_cases.py");
    const child = Bun.spawn([clientPython(), script], {
      env: hostModules,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const answers: unknown[] = JSON.parse(await child.stdout.text());
    expect(answers).toEqual(
      cases.map(({ wanted, seen }) => {
        const device = chooseDevice(wanted, seen);
        return findDeviceProblem(device, seen) ?? device;
      }),
    );
  });
});
