import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { readMonotonicClock, sendDatagram, toAddress } from "../../src/linux/libc.ts";
import { createNotifier, toBeatMs } from "../../src/linux/systemd.ts";
import { openNotifySocket } from "../helpers/notify-socket.ts";
import { startServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

const folder = createTempDir();

describe("a notifier", () => {
  const told: [string, string][] = [];
  const variables = { NOTIFY_SOCKET: "/run/notify" };
  const send = (path: string, text: string) => void told.push([path, text]);

  test("says each state as sd_notify does, on lines of its own", () => {
    const notifier = createNotifier({ variables, pid: 7, send });
    notifier.ready("Serving\nSTOPPING=1 on port 9000");
    notifier.ready();
    notifier.stopping();
    expect(told).toEqual([
      ["/run/notify", "READY=1\nMAINPID=7\nSTATUS=Serving STOPPING=1 on port 9000"],
      ["/run/notify", "READY=1\nMAINPID=7"],
      ["/run/notify", "STOPPING=1\nSTATUS=Stopping: letting running requests finish"],
    ]);
  });

  test("says nothing where there is no systemd", () => {
    const sent: string[] = [];
    const notifier = createNotifier({ variables: {}, pid: 7, send: (_, text) => void sent.push(text) });
    notifier.ready();
    notifier.reloading();
    notifier.stopping();
    notifier.dispose();
    expect(sent).toEqual([]);
  });

  test.each([
    [{}, null],
    [{ WATCHDOG_USEC: "0" }, null],
    [{ WATCHDOG_USEC: "nonsense" }, null],
    [{ WATCHDOG_USEC: "120000000" }, 60_000],
    [{ WATCHDOG_USEC: "120000000", WATCHDOG_PID: "7" }, 60_000],
    [{ WATCHDOG_USEC: "120000000", WATCHDOG_PID: "8" }, null],
  ])("beats at half of what the watchdog allows: %j", (variables, period) =>
    expect(toBeatMs(variables, 7)).toBe(period),
  );
});

describe("a datagram", () => {
  test.each(["relative", "", `/${"x".repeat(120)}`])("has no address at %j", (path) => {
    expect(toAddress(path)).toBeNull();
    sendDatagram(path, "READY=1");
  });

  test("to a socket that is not there is lost without a failure", () => {
    sendDatagram(join(folder, "nowhere"), "READY=1");
  });

  test.each([join(folder, "notify"), `@ov-llm-test-${process.pid}`])("arrives at %s", async (name) => {
    const socket = await openNotifySocket(name);
    sendDatagram(name, "STATUS=grüße");
    expect(await socket.next("STATUS")).toBe("STATUS=grüße");
    await socket.close();
  });
});

test("the clock is the kernel's monotonic one", async () => {
  const program = "import time; print(time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)";
  const before = readMonotonicClock();
  const kernel = BigInt((await Bun.$`python3 -c ${program}`.text()).trim());
  expect([before <= kernel, kernel <= readMonotonicClock()]).toEqual([true, true]);
});

describe("under systemd the server", () => {
  const name = join(folder, "service");
  const socket = openNotifySocket(name);
  afterAll(async () => (await socket).close());

  test("reports that it serves, lives, reloads and stops", async () => {
    const systemd = await socket;
    const env = { NOTIFY_SOCKET: name, WATCHDOG_USEC: "200000" };
    const server = await startServer({ home: folder, env });
    const ready = await systemd.next("READY=1");
    expect(ready).toBe(`READY=1\nMAINPID=${server.pid}\nSTATUS=Serving on ${server.url}`);
    expect(await systemd.next("WATCHDOG=1")).toBe("WATCHDOG=1");
    process.kill(server.pid, "SIGHUP");
    expect(await systemd.next("RELOADING=1")).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    expect(await systemd.next("READY=1")).toBe(`READY=1\nMAINPID=${server.pid}`);
    const stopped = server.stop();
    expect(await systemd.next("STOPPING=1")).toContain("STATUS=Stopping");
    expect(await stopped).toBe(0);
  }, 180_000);
});
