import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseRegistry } from "../../src/registry/schema.ts";
import { updateRegistry } from "../../src/registry/store.ts";
import { createTempDir } from "../helpers/temp.ts";

const entry = { path: "/m", task: "t", weight_format: "int8" };
const writer = join(import.meta.dir, "writer.fixture.ts");

function startWriter(...args: string[]) {
  return Bun.spawn([process.execPath, writer, ...args], { stdout: "pipe", stderr: "inherit" });
}

async function readUntil(stream: ReadableStream<Uint8Array>, text: string): Promise<void> {
  let seen = "";
  for await (const chunk of stream) {
    seen += new TextDecoder().decode(chunk);
    if (seen.includes(text)) return;
  }
  throw new Error(`The writer ended before it said ${text}`);
}

describe("updateRegistry", () => {
  test("makes the file and its folders, readable as JSON with two spaces and a newline", async () => {
    const path = join(createTempDir(), "a/b/registry.json");
    await updateRegistry(path, (models) => {
      models.m = entry;
    });
    const expected = { version: 1, models: { m: entry } };
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(expected, null, 2)}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(path, "..")).sort()).toEqual(["registry.json", "registry.json.lock"]);
  });

  test("keeps numbers that a double cannot hold", async () => {
    const path = join(createTempDir(), "registry.json");
    const numbers =
      "[12345678901234567890,9007199254740993,1e400,-1E-400,0.12345678901234567890,1e3,1.0,0.1,5e-324,1.2345e-320,-0]";
    const text = `{"version":1,"x":${numbers},"models":{"a":{"path":"/m","task":"t","weight_format":"int8","y":${numbers},"context_length":2048}}}`;
    writeFileSync(path, text);
    await updateRegistry(path, (models) => {
      models.c = entry;
    });
    const kept =
      "[12345678901234567890,9007199254740993,1e400,-1E-400,0.12345678901234567890,1000,1,0.1,5e-324,1.2345e-320,-0]";
    const written = readFileSync(path, "utf8").replace(/\s/g, "");
    expect(written.split(kept)).toHaveLength(3);
    expect(written).toContain('"context_length":2048');
  });

  test("keeps unknown keys at every level, and broken entries", async () => {
    const path = join(createTempDir(), "registry.json");
    const before = {
      $schema: "x",
      version: 1,
      models: { a: { ...entry, n: { m: [1] } }, b: 5 },
      more: { k: null },
    };
    writeFileSync(path, JSON.stringify(before));
    await updateRegistry(path, (models) => {
      models.c = entry;
    });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      ...before,
      models: { ...before.models, c: entry },
    });
  });

  test("keeps the file's mode", async () => {
    const path = join(createTempDir(), "registry.json");
    writeFileSync(path, `{"version":1,"models":{}}`);
    chmodSync(path, 0o600);
    await updateRegistry(path, (models) => {
      models.m = entry;
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("resolves to what the change returns, and writes nothing when it changes nothing", async () => {
    const path = join(createTempDir(), "registry.json");
    expect(await updateRegistry(path, () => "seen")).toBe("seen");
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, `{"version":1,"models":{}}`);
    await updateRegistry(path, () => {});
    expect(readFileSync(path, "utf8")).toBe(`{"version":1,"models":{}}`);
  });

  test("writes a linked file where it lies", async () => {
    const folder = createTempDir();
    mkdirSync(join(folder, "real"));
    writeFileSync(join(folder, "real/registry.json"), `{"version":1,"models":{}}`);
    symlinkSync(join(folder, "real/registry.json"), join(folder, "registry.json"));
    await updateRegistry(join(folder, "registry.json"), (models) => {
      models.m = entry;
    });
    expect(lstatSync(join(folder, "registry.json")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "real/registry.json"), "utf8")).toContain(`"m"`);
  });

  test.each(["{ not json", "[]", `{"version":2,"models":{}}`, ""])(
    "leaves a file that holds %p as it is",
    async (text) => {
      const path = join(createTempDir(), "registry.json");
      writeFileSync(path, text);
      await expect(updateRegistry(path, () => {})).rejects.toMatchObject({ code: "registry_invalid" });
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );

  test("changes nothing when the change throws", async () => {
    const path = join(createTempDir(), "registry.json");
    const change = () => {
      throw new Error("no");
    };
    await expect(updateRegistry(path, change)).rejects.toThrow("no");
    expect(existsSync(path)).toBe(false);
    await updateRegistry(path, (models) => {
      models.m = entry;
    });
    expect(existsSync(path)).toBe(true);
  });

  test.each([
    "file/registry.json",
    "file/below/registry.json",
    "dangling/registry.json",
    "dangling/below/registry.json",
    "itself/registry.json",
    "itself/below/registry.json",
  ])("%s, a place that must not be written, is an error with the next step", async (place) => {
    const folder = createTempDir();
    writeFileSync(join(folder, "file"), "");
    symlinkSync("nowhere", join(folder, "dangling"));
    symlinkSync("itself", join(folder, "itself"));
    const path = join(folder, place);
    await expect(updateRegistry(path, () => {})).rejects.toMatchObject({
      code: "registry_invalid",
      message: expect.stringContaining("OV_REGISTRY_PATH"),
    });
  });

  test("a full disk leaves the file as it was, and is an error with the next step", async () => {
    const folder = createTempDir();
    const path = join(folder, "registry.json");
    const text = JSON.stringify({ version: 1, models: {} });
    writeFileSync(path, text);
    // No file may grow beyond nothing.
    const limited = ["bash", "-c", `trap "" XFSZ; ulimit -f 0; exec "$@"`, "bash"];
    const command = [...limited, process.execPath, writer, path, "w", "1"];
    const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
    expect(await child.stderr.text()).toMatch(/Cannot change the registry .*Free some space on its disk/);
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(readdirSync(folder).sort()).toEqual(["registry.json", "registry.json.lock"]);
  });

  test("8 processes at once lose nothing", async () => {
    const path = join(createTempDir(), "registry.json");
    const writers = Array.from({ length: 8 }, (_, index) => startWriter(path, `w${index}`, "5"));
    expect(await Promise.all(writers.map((process) => process.exited))).toEqual(Array(8).fill(0));
    const { entries, problems } = parseRegistry(readFileSync(path, "utf8"));
    expect(entries.size).toBe(40);
    expect(problems).toEqual([]);
  }, 180_000);

  test("updates in one process wait for each other", async () => {
    const path = join(createTempDir(), "registry.json");
    const names = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const update = (name: string) =>
      updateRegistry(path, (models) => {
        models[name] = entry;
      });
    await Promise.all(names.map(update));
    expect([...parseRegistry(readFileSync(path, "utf8")).entries.keys()].sort()).toEqual(names);
  });

  test("a lock that is held too long is an error that says so; its holder's end frees it", async () => {
    const path = join(createTempDir(), "registry.json");
    writeFileSync(path, `{"version":1,"models":{}}`);
    const holder = startWriter(path, "never", "1", "hang");
    await readUntil(holder.stdout, "holding");
    const failed = updateRegistry(path, () => {}, { waitMs: 120 });
    await expect(failed).rejects.toMatchObject({ code: "registry_locked" });
    holder.kill("SIGKILL");
    await holder.exited;
    await updateRegistry(path, (models) => {
      models.m = entry;
    });
    expect([...parseRegistry(readFileSync(path, "utf8")).entries.keys()]).toEqual(["m"]);
  }, 180_000);

  test("kill -9 amid writing leaves a readable file that the next writer goes on with", async () => {
    const path = join(createTempDir(), "registry.json");
    for (let round = 0; round < 5; round += 1) {
      const busy = startWriter(path, `r${round}`, "100000");
      await readUntil(busy.stdout, `${3 + round}\n`);
      busy.kill("SIGKILL");
      await busy.exited;
      expect(parseRegistry(readFileSync(path, "utf8")).entries.has(`r${round}-${3 + round}`)).toBe(true);
    }
    await updateRegistry(path, (models) => {
      models.last = entry;
    });
    expect(parseRegistry(readFileSync(path, "utf8")).entries.has("last")).toBe(true);
    expect(readdirSync(join(path, "..")).sort()).toEqual(["registry.json", "registry.json.lock"]);
  }, 180_000);
});
