import { expect, test } from "bun:test";
import { toListenError } from "../../src/linux/listen-error.ts";

test.each([
  ["EINVAL", "this name has no address"],
  ["EADDRNOTAVAIL", "no interface of this machine has that address"],
  ["EACCES", "only root may use ports below 1024"],
  ["EIO", "it broke"],
])("%s is explained: %s", (code, why) => {
  const cause = Object.assign(new Error("it broke"), { code });
  const error = toListenError(cause, { host: "nosuch.invalid", port: 80, setting: "--port or OV_PORT" });
  expect([error.code, error.message]).toEqual([
    "invalid_setting",
    expect.stringContaining(`nosuch.invalid:80: ${why}`),
  ]);
  expect(error.message).toContain("Correct --host or OV_HOST, or --port or OV_PORT.");
});
