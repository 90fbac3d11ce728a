import { describe, expect, test } from "bun:test";
import { createLog, type LogLevel, type LogOptions, renderLine } from "../src/log.ts";

function collect(level: LogLevel, extra: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { lines, log: createLog({ level, timestamps: false, write, ...extra }) };
}

describe("renderLine", () => {
  test.each([
    ["started", {}, "started"],
    ["started", { port: 9000, key: false, seconds: 1.5 }, "started port=9000 key=false seconds=1.5"],
    ["a", { gone: undefined, none: null, empty: "" }, "a none=- empty=-"],
    ["a", { text: "two words" }, 'a text="two words"'],
    ["a", { text: 'say "hi"' }, 'a text="say \\"hi\\""'],
    ["a", { text: "k=v" }, 'a text="k=v"'],
    ["a", { text: "1\n2" }, 'a text="1\\n2"'],
    ["a\nerror forged", {}, "a\\nerror forged"],
    ["a", { text: "1\u0085\u009b2J" }, 'a text="1\\u0085\\u009b2J"'],
    ["a", { text: "\u202egnp.exe\u2028" }, 'a text="\\u202egnp.exe\\u2028"'],
    ["a\u009b2J", {}, "a\\u009b2J"],
    ["a", { text: "\u007f" }, 'a text="\\u007f"'],
    ["a", { text: "\u001b[31mred" }, 'a text="\\u001b[31mred"'],
  ])("%p with %p", (message, fields, line) => expect(renderLine(message, fields)).toBe(line));
});

test("a message and each value are bounded", () => {
  const [long, cut] = ["x".repeat(3000), `${"x".repeat(1999)}…`];
  expect(renderLine(long, { a: long, b: 1 })).toBe(`${cut} a=${cut} b=1`);
});

describe("createLog", () => {
  test.each<[LogLevel, string[]]>([
    ["error", ["error"]],
    ["warn", ["error", "warn"]],
    ["info", ["error", "warn", "info"]],
    ["debug", ["error", "warn", "info", "debug"]],
  ])("at level %s writes %p", (level, written) => {
    const { log, lines } = collect(level);
    for (const name of ["error", "warn", "info", "debug"] as const) log[name](name);
    expect(lines.map((line) => line.split(" ")[0]?.trim() ?? "")).toEqual(written);
  });

  test("writes one line for each event, the level first", () => {
    const { log, lines } = collect("info");
    log.info("loaded", { model: "m", seconds: 2 });
    log.warn("two\nlines");
    expect(lines).toEqual(["info  loaded model=m seconds=2\n", "warn  two\\nlines\n"]);
  });

  test("puts the UTC time first when asked to", () => {
    const { log, lines } = collect("info", { timestamps: true });
    log.info("x");
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info {2}x\n$/);
  });

  test("writes every one of many equal lines", () => {
    const { log, lines } = collect("info");
    for (let count = 0; count < 50; count += 1) log.info("same");
    expect(lines).toHaveLength(50);
  });
});

describe("as JSON", () => {
  test("controls are escaped, values bounded, and what the message says is there by name", () => {
    const { log, lines } = collect("info", { format: "json" });
    log.info("GET /\u009b 200", { text: "x".repeat(3000), seconds: 0.25 }, { path: "/\u009b", status: 200 });
    expect(lines[0]).toMatch(/^[ -~…]*\n$/);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      message: "GET /\u009b 200",
      path: "/\u009b",
      status: 200,
      text: `${"x".repeat(1999)}…`,
      seconds: 0.25,
    });
  });

  const { log, lines } = collect("info", { format: "json" });

  test("each line is one object with time, level, message and values", () => {
    log.warn('a "quoted"\nmessage', { id: "req_1", seconds: 1.5, stream: true, gone: undefined, none: null });
    log.debug("not this one");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
    const { time, ...rest } = JSON.parse(lines[0] ?? "");
    expect(new Date(time).toISOString()).toBe(time);
    expect(rest).toEqual({
      level: "warn",
      message: 'a "quoted"\nmessage',
      id: "req_1",
      seconds: 1.5,
      stream: true,
      none: null,
    });
  });
});
