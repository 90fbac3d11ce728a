import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { basename, join } from "node:path";
import { version } from "../../src/version.ts";
import { modelPath, runtimeDir } from "../helpers/environment.ts";
import { smol } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { createCopy, own } from "./copy.ts";
import { bootMachine, checkout, type Machine, type Run, starter, user, whyNoMachine } from "./machine.ts";

// `npm test` shows that a service comes and comes back; the rest is `bun run test:systemd`.
const isWhole = process.env.OV_TEST_SYSTEMD === "all";
const temp = createTempDir();
const booted = await tryToBoot(temp);
const obstacle = typeof booted === "string" ? booted : null;
const url = "http://127.0.0.1:9000";
/** In milliseconds. */
const minutes = 60_000;

const unit = "ov-server.service";
const dropIns = `~/.config/systemd/user/${unit}.d`;
const settings = "~/.config/ov-llm-server/ov-server.env";
const mainPid = `systemctl --user show -p MainPID --value ${unit}`;

/** The machine, or why there is none: that skips these tests, and fails `bun run test:systemd`. */
async function tryToBoot(folder: string): Promise<Machine | string> {
  const missing = whyNoMachine();
  if (missing !== null) return missing;
  try {
    return await bootMachine(folder);
  } catch (error) {
    if (isWhole || !(error instanceof Error)) throw error;
    return `cannot be booted here: ${error.message.replaceAll(/\s+/g, " ").slice(0, 200)}`;
  }
}

/** A request that streams so many tokens, whatever the model says. */
const streams = (tokens: number) =>
  `curl -sS -N ${url}/v1/chat/completions -d '${JSON.stringify({
    model: smol,
    messages: [{ role: "user", content: "Count to a thousand." }],
    stream: true,
    max_tokens: tokens,
    ignore_eos: true,
  })}'`;

describe.skipIf(obstacle !== null)(
  `a machine with systemd${obstacle === null ? "" : ` (${obstacle})`}`,
  () => {
    let machine: Machine;
    beforeAll(async () => {
      if (typeof booted === "string") return;
      machine = booted;
      const place = `~/models/converted_models/${smol}`;
      // The engine and the model of the test run, so that nothing is downloaded. The model is the user's own: the engine opens a
      // .gguf file for writing, too.
      await run(`mkdir -p ~/.local/share/ov-llm ${place} && ln -s ${runtimeDir()} ~/.local/share/ov-llm/runtime &&
        cp ${starter} ${place}/${basename(modelPath())}`);
    }, minutes);
    afterAll(async () => machine?.dispose());

    const run = (script: string, seconds?: number): Promise<Run> => machine.run(script, seconds);
    const out = async (script: string, seconds?: number) => (await run(script, seconds)).out.trim();

    /** Its pid, once a process other than `old` serves. */
    async function serves(old = "0"): Promise<string> {
      const script = `until p=$(${mainPid}) && [ "$p" != 0 ] && [ "$p" != "${old}" ] && curl -sf -m 2 ${url}/health >/dev/null
      do sleep 0.2; done; echo "$p"`;
      const { code, out } = await run(script, 90);
      if (code !== 0) throw new Error(await outOfLog());
      return out.trim();
    }
    const outOfLog = async () => (await machine.runAsRoot(`journalctl --no-pager -n 60 _UID=1000`)).out;

    /** Starts the request in the machine and resolves once its first token is there. */
    async function startStream(tokens: number): Promise<{ end(): Promise<string> }> {
      const child = machine.stream(streams(tokens), 120);
      const reader = child.stdout.getReader();
      const decoder = new TextDecoder();
      let text = "";
      const read = async () => {
        const { done, value } = await reader.read();
        if (value !== undefined) text += decoder.decode(value, { stream: true });
        return !done;
      };
      while (!/"content":"[^"]/.test(text)) if (!(await read())) throw new Error(`It never started: ${text}`);
      return {
        async end() {
          while (await read());
          await child.exited;
          return text;
        },
      };
    }

    const ask = (header = "") => out(`curl -s -o /dev/null -w '%{http_code}' ${header} ${url}/v1/models`);

    test(
      "a plain user installs with `sh install.sh`: the service runs and answers",
      async () => {
        const { code, out: said } = await run(`sh ${checkout}/install.sh`, 240);
        expect(said).toContain("answered: The capital of France is Paris.");
        expect(said).toContain("is serving\n  Address        http://127.0.0.1:9000/v1\n");
        // The user lingers.
        expect(said).not.toContain("log out");
        expect(code).toBe(0);
        expect(await out(`systemctl --user is-active ${unit}; systemctl --user is-enabled ${unit}`)).toBe(
          "active\nenabled",
        );
      },
      5 * minutes,
    );

    test(
      "a server that is killed comes back",
      async () => {
        const old = await serves();
        await run(`kill -9 ${old}`);
        await serves(old);
        expect(await out(`systemctl --user show -p NRestarts --value ${unit}`)).toBe("1");
      },
      2 * minutes,
    );

    test(
      "after a power cut it serves without a login",
      async () => {
        await machine.cutPower();
        await serves();
        expect(await out("ov-llm setup --ask", 120)).toContain("answered: The capital of France is Paris.");
      },
      4 * minutes,
    );

    describe.skipIf(!isWhole)("in all that may happen to it (bun run test:systemd)", () => {
      test(
        "a server that hangs is killed by the watchdog and comes back",
        async () => {
          await run(`mkdir -p ${dropIns} && printf '[Service]\\nWatchdogSec=4\\n' > ${dropIns}/watchdog.conf &&
        systemctl --user daemon-reload && systemctl --user restart ${unit}`);
          const old = await serves();
          const started = performance.now();
          await run(`kill -STOP ${old}`);
          await serves(old);
          // Four seconds until it is missed, five until it is started again; not the time of an orderly stop on top.
          expect(performance.now() - started).toBeLessThan(40_000);
          const log = await outOfLog();
          expect(log).toContain("Watchdog timeout");
          expect(log).not.toContain("Bun has crashed");
          await run(`rm ${dropIns}/watchdog.conf; systemctl --user daemon-reload`);
        },
        3 * minutes,
      );

      test(
        "a reload takes new keys, without a restart",
        async () => {
          const keys = "~/.config/ov-llm-server/keys";
          await run(`umask 077; echo "one: first-key-of-all" > ${keys}; echo "OV_API_KEY_FILE=${keys}" >> ${settings}
        systemctl --user restart ${unit}`);
          const pid = await serves();
          expect(await ask()).toBe("401");
          const header = "-H 'Authorization: Bearer second-key-of-all'";
          expect(await ask(header)).toBe("401");
          expect(
            (await run(`echo "two: second-key-of-all" >> ${keys}; systemctl --user reload ${unit}`)).code,
          ).toBe(0);
          await run(`until curl -sf ${header} ${url}/v1/models; do sleep 0.1; done`, 20);
          expect(await ask(header)).toBe("200");
          expect(await out(mainPid)).toBe(pid);
          await run(`sed -i /^OV_API_KEY_FILE=/d ${settings}; systemctl --user restart ${unit}`);
          await serves(pid);
        },
        3 * minutes,
      );

      test(
        "an upgrade lets running requests end, and the new server serves",
        async () => {
          const old = await serves();
          const stream = await startStream(600);
          const { code, out: said } = await run(`sh ${checkout}/install.sh`, 240);
          expect(await stream.end()).toContain('"finish_reason":"length"');
          expect(said).toContain("is serving");
          expect(code).toBe(0);
          expect(await serves(old)).not.toBe(old);
          expect((await run("ls ~/.local/lib/ov-llm -A")).out).not.toContain(".ov-llm.");
        },
        5 * minutes,
      );

      test(
        "`ov-llm upgrade` changes to a release while a request runs, and `--rollback` back",
        async () => {
          const copy = createCopy(join(temp, "copy"));
          copy.setVersion("99.0.0");
          await copy.build({ url: "", folder: join(temp, "release") });
          const archive = `ov-llm-99.0.0-linux-${own}.tar.gz`;
          for (const name of [archive, "SHA256SUMS"])
            await machine.put(join(temp, "release", name), `opt/release/${name}`);
          expect((await run("ov-llm upgrade")).out).toContain(`git -C '${checkout}' pull`);
          const old = await serves();
          const stream = await startStream(600);
          const { code, out: said } = await run(`ov-llm upgrade /opt/release/${archive}`, 240);
          expect(await stream.end()).toContain('"finish_reason":"length"');
          expect(said).toContain("ov-llm 99.0.0 is serving");
          expect(code).toBe(0);
          const newer = await serves(old);
          expect(await out("ov-llm --version")).toBe("99.0.0");
          expect((await run("ov-llm upgrade --rollback", 240)).out).toContain(`ov-llm ${version} is serving`);
          await serves(newer);
          expect(await out("ov-llm --version; cat ~/.local/lib/ov-llm/source")).toBe(
            `${version}\ncheckout ${checkout}`,
          );
        },
        6 * minutes,
      );

      test(
        "a request that does not end in time is ended with an error, not cut off",
        async () => {
          await run(`echo OV_DRAIN_SECONDS=1 >> ${settings}; systemctl --user restart ${unit}`);
          await serves();
          const stream = await startStream(4000);
          await run(`systemctl --user restart ${unit}`);
          const text = await stream.end();
          expect(text).toContain('"error"');
          expect(text).not.toContain('"finish_reason":"length"');
          await serves();
          await run(`sed -i /^OV_DRAIN_SECONDS=/d ${settings}; systemctl --user restart ${unit}`);
          await serves();
        },
        4 * minutes,
      );

      test(
        "a stop waits for a running request and leaves no process",
        async () => {
          await serves();
          const stream = await startStream(600);
          const { code } = await run(`systemctl --user stop ${unit}`);
          const text = await stream.end();
          expect(text).toContain('"finish_reason":"length"');
          expect(text).toContain("data: [DONE]");
          expect(code).toBe(0);
          const show = `systemctl --user show -p ActiveState,Result ${unit}; pgrep -u 1000 -x 'ov-llm|python' || echo none`;
          expect(await out(show)).toBe("Result=success\nActiveState=inactive\nnone");
          await run(`systemctl --user start ${unit}`);
        },
        3 * minutes,
      );

      test(
        "docs/ov-server-hardening.conf confines it, and it still answers",
        async () => {
          await run(`mkdir -p ${dropIns} && cp ${checkout}/docs/ov-server-hardening.conf ${dropIns}/ && systemctl --user daemon-reload &&
        systemctl --user restart ${unit}`);
          const old = await serves();
          expect(await out("ov-llm setup --ask", 120)).toContain("answered: The capital of France is Paris.");
          const touch = `nsenter -t $(pgrep -u 1000 -x ov-llm | head -n 1) -m -U --preserve-credentials touch /home/ov/outside`;
          expect((await machine.runAsRoot(touch)).out).toContain("Read-only file system");
          await run(`kill -9 ${old}`);
          await serves(old);
          await run(
            `rm ${dropIns}/ov-server-hardening.conf; systemctl --user daemon-reload; systemctl --user restart ${unit}`,
          );
          await serves();
        },
        4 * minutes,
      );

      test(
        "--lan again and again keeps a settings file that is a link",
        async () => {
          await run(
            `mkdir -p ~/dotfiles && mv ${settings} ~/dotfiles/ov-server.env && ln -s ~/dotfiles/ov-server.env ${settings}`,
          );
          const { code, out: said } = await run(`sh ${checkout}/install.sh --lan`, 240);
          expect(said).toMatch(/\n {2}API key {8}sk-[0-9a-f]{48} /);
          expect(code).toBe(0);
          expect(await out(`readlink ${settings}; grep -c ^OV_API_KEY=sk- ${settings}`)).toBe(
            "/home/ov/dotfiles/ov-server.env\n1",
          );
          expect(await ask()).toBe("401");
        },
        5 * minutes,
      );

      test(
        "--uninstall stops the service and names what it leaves",
        async () => {
          const { code, out: said } = await run(`sh ${checkout}/install.sh --uninstall`);
          expect(code).toBe(0);
          expect(said).toContain("Removed the service: /home/ov/.config/systemd/user/ov-server.service");
          expect(said).toContain("Kept the settings: /home/ov/.config/ov-llm-server/ov-server.env");
          expect(said).toContain("loginctl disable-linger");
          expect(await out(`systemctl --user cat ${unit} 2>&1; pgrep -u 1000 ov-llm || echo none`)).toContain(
            "No files found",
          );
          expect(
            await out(
              `find ~/.local ~/.cache ~/.config -name '*ov-llm*' -o -name '*ov-server.service' -type f`,
            ),
          ).not.toContain("lib");
        },
        2 * minutes,
      );

      test("a folder that belongs to another user is named, before anything is touched", async () => {
        await machine.runAsRoot(`install -d -o root -m 755 /home/${user}/.local/lib/ov-llm`);
        const { code, out: said } = await run(`sh ${checkout}/install.sh`);
        expect(said).toContain(`${user} cannot write to /home/${user}/.local/lib/ov-llm`);
        expect(said).toContain(`Next: run: sudo chown -R ${user} '/home/${user}/.local/lib/ov-llm'`);
        expect(code).toBe(1);
      });
    });
  },
);
