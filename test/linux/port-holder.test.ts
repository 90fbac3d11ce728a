import { expect, test } from "bun:test";
import { toListenError } from "../../src/linux/listen-error.ts";
import { findPortHolder } from "../../src/linux/port-holder.ts";

const inUse = Object.assign(new Error("in use"), { code: "EADDRINUSE" });

/** A program of its own that holds a port, until it is killed. */
async function hold({ host, port = 0, listens = true }: { host: string; port?: number; listens?: boolean }) {
  const lines = [
    "import socket, sys",
    `s = socket.socket(${host.includes(":") ? "socket.AF_INET6" : ""})`,
    `s.bind(("${host}", ${port}))`,
    ...(listens ? ["s.listen()"] : []),
    "print(s.getsockname()[1], flush=True)",
    "sys.stdin.read()",
  ];
  const child = Bun.spawn(["python3", "-c", lines.join("\n")], { stdio: ["pipe", "pipe", "inherit"] });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    pid: child.pid,
    port: Number(new TextDecoder().decode(value)),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

function explain(host: string, port: number): string {
  return toListenError(inUse, { host, port, setting: "--port or OV_PORT" }).message;
}

test("of two programs that listen on one port, the one on the address that is asked for is named", async () => {
  await using other = await hold({ host: "127.0.0.2" });
  await using holder = await hold({ host: "127.0.0.1", port: other.port });
  expect(findPortHolder(holder.port, "127.0.0.1")).toMatchObject({ pid: holder.pid });
  expect(findPortHolder(holder.port, "127.0.0.2")).toMatchObject({ pid: other.pid });
  expect(findPortHolder(holder.port, "127.0.0.3")).toBeNull();
});

test.each(["0.0.0.0", "::"])("who listens on every address (%s) is in the way on each", async (host) => {
  await using holder = await hold({ host });
  expect(findPortHolder(holder.port, "127.0.0.1")).toMatchObject({ pid: holder.pid });
  expect(findPortHolder(holder.port, "0.0.0.0")).toMatchObject({ pid: holder.pid });
});

test("who listens on an IPv4 address is not in the way of an IPv6 address, except of all", async () => {
  await using holder = await hold({ host: "127.0.0.1" });
  expect(findPortHolder(holder.port, "::1")).toBeNull();
  expect(findPortHolder(holder.port, "::")).toMatchObject({ pid: holder.pid });
});

test("a port that is bound by who does not listen is not blamed on another user", async () => {
  await using holder = await hold({ host: "127.0.0.1", listens: false });
  expect(explain("127.0.0.1", holder.port)).toContain(
    "a connection or a program that does not listen yet holds",
  );
});

test("an IPv6 address stands in brackets before its port", async () => {
  await using holder = await hold({ host: "::1" });
  expect(explain("::1", holder.port)).toStartWith(`Cannot listen on [::1]:${holder.port}: "`);
});
