import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { isOwnHost } from "../../src/linux/own-names.ts";

test("where the kernel may not be asked for addresses, the machine still knows its name", () => {
  const refuse = () => {
    throw new Error("A system error occurred: getifaddrs returned an error");
  };
  expect(isOwnHost(hostname().toLowerCase(), refuse)).toBe(true);
  expect(isOwnHost("192.0.2.1", refuse)).toBe(false);
});
