import { expect, test } from "bun:test";
import { isPublicAddress } from "../../src/media/addresses.ts";

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "93.184.216.34",
  "172.32.0.1",
  "223.255.255.254",
  "2606:4700::1",
  "2a00:1450::1",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  "0.0.0.0",
  "10.1.2.3",
  "100.100.1.1",
  "127.0.0.1",
  "169.254.169.254",
  "172.31.255.255",
  "192.168.1.1",
  "224.0.0.1",
  "255.255.255.255",
  "0177.0.0.1",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::7f00:1",
  "2001:0:1::",
  "2002:7f00:1::",
  "fc00::1",
  "fe80::1%eth0",
  "a name",
])("%s is not", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
