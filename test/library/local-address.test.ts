import { expect, test } from "bun:test";
import { hostname, networkInterfaces } from "node:os";
import { isThisMachine } from "../../src/library/local-address.ts";

const interfaces = Object.values(networkInterfaces()).flatMap((addresses = []) =>
  addresses.map(({ address }) => address),
);
const toHost = (address: string) => (address.includes(":") ? `[${address}]` : address);

test.each([
  ...["127.0.0.1", "127.0.0.2", "127.1", "localhost", "LOCALHOST", "[::1]", "[0:0:0:0:0:0:0:1]"],
  ...interfaces.map(toHost),
  hostname(),
  hostname().toUpperCase(),
  `${hostname().split(".")[0]}.local`,
])("%s is this machine", (host) => {
  expect(isThisMachine(`http://${host}:9000`)).toBe(true);
});

test.each([
  "http://203.0.113.7:9000",
  "http://[2001:db8::1]:9000",
  "http://example.org:9000",
  "http://127.0.0.1.example.org:9000",
  `http://other-${hostname()}:9000`,
  // A reverse proxy for TLS, perhaps, and no server of ours.
  "https://127.0.0.1:9000",
  "127.0.0.1:9000",
])("%s is not known to be this machine", (url) => {
  expect(isThisMachine(url)).toBe(false);
});
