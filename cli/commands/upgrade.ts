import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../src/config/load.ts";
import { isExecutable } from "../../src/engine/kinds/native/find.ts";
import { OvError, toReason } from "../../src/errors.ts";
import { readServiceState } from "../../src/library/service.ts";
import { findInstallation, type Installation } from "../../src/release/installation.ts";
import {
  fetchOffer,
  findOffer,
  findPrevious,
  openArchive,
  requireScript,
  toReleaseUrl,
  withUpgradeLock,
} from "../../src/release/upgrade.ts";
import { version } from "../../src/version.ts";
import { action, UsageError } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";
import { untilStopped } from "../stop.ts";
import { writeLines } from "../terminal.ts";

type Variables = LoadedSettings["variables"];

const args = {
  archive: {
    type: "positional",
    required: false,
    description: "An archive of a release on disk, instead of fetching one",
  },
  version: { type: "string", description: "This version instead of the newest", valueHint: "text" },
  rollback: { type: "boolean", description: "Return to the previous version, which was kept" },
  ...toSettingArgs(["releaseUrl"]),
} as const;

export const upgrade = defineCommand({
  meta: {
    name: "upgrade",
    description: "Install a newer or the previous version, and restart the service if it runs",
  },
  args,
  run: action(async ({ args: given }) => {
    const [archive] = given._;
    const wish = { archive, version: readVersion(given.version), isBack: given.rollback === true };
    if ([archive, wish.version, wish.isBack || undefined].filter((one) => one !== undefined).length > 1) {
      throw new UsageError("Cannot combine an archive, --version and --rollback: give one of them.");
    }
    const installation = requireScript(findInstallation(process.execPath, isExecutable()));
    const loaded = loadSettings({ flags: toFlags(given) });
    const { folder } = installation;
    return await untilStopped((signal) =>
      withUpgradeLock(folder, async () => {
        if (wish.isBack) return await install(findPrevious(folder), null, loaded.variables, signal);
        return await withScratch((scratch) => bring(installation, loaded, { ...wish, scratch }, signal));
      }),
    );
  }),
});

/** With or without a `v` in front, as tags have it. It becomes a part of an address. */
function readVersion(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const [, number] = /^v?(\d[0-9A-Za-z.+-]*)$/.exec(text) ?? [];
  if (number !== undefined) return number;
  throw new UsageError(`Cannot use --version ${JSON.stringify(text)}: expected one such as 1.2.0.`);
}

async function withScratch(work: (scratch: string) => Promise<number>): Promise<number> {
  const scratch = makeScratch();
  try {
    return await work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function makeScratch(): string {
  try {
    return mkdtempSync(join(tmpdir(), "ov-llm-upgrade-"));
  } catch (cause) {
    const what = `Cannot make a folder in ${tmpdir()}`;
    const next = "Set TMPDIR to a folder that you can write to.";
    throw new OvError("setup_failed", { what, why: toReason(cause), next }, { cause });
  }
}

interface Wish {
  archive: string | undefined;
  version: string | undefined;
  scratch: string;
}

async function bring(
  installation: Installation & { kind: "script" },
  { settings, variables }: LoadedSettings,
  wish: Wish,
  signal: AbortSignal,
): Promise<number> {
  const { source } = installation;
  const known = settings.releaseUrl ?? (source.kind === "release" ? source.url : null);
  if (wish.archive !== undefined) {
    const opened = await openArchive(resolve(wish.archive), wish.scratch, signal);
    const sums = opened.isChecked
      ? ""
      : "; no SHA256SUMS beside it lists it, so only its own sums are checked";
    await writeLines(`Installing ov-llm ${opened.version} over ${version}${sums}`);
    return await install(join(opened.folder, "install.sh"), known, variables, signal);
  }
  const url = toReleaseUrl(installation, settings.releaseUrl);
  const offer = await findOffer({ url, version: wish.version ?? null }, signal);
  const order = Bun.semver.order(offer.archive.version, version);
  if (order === 0 || (order < 0 && wish.version === undefined)) {
    const newest = order === 0 ? "" : `; the newest release is ${offer.archive.version}`;
    await writeLines(`Nothing to do: this is ov-llm ${version}${newest}.`);
    return 0;
  }
  await writeLines(`Fetching ov-llm ${offer.archive.version}, to replace ${version}`);
  const { folder } = await fetchOffer(offer, wish.scratch, signal);
  return await install(join(folder, "install.sh"), url, variables, signal);
}

/**
 * Runs the install.sh of that version. It serves only where the service runs: a server that somebody started by hand stays
 * theirs. `url`: where the version came from, for the next upgrade.
 */
async function install(
  script: string,
  url: string | null,
  variables: Variables,
  signal: AbortSignal,
): Promise<number> {
  const options = (await isServiceUp(variables)) ? [] : ["--no-serve"];
  const { OV_RELEASE_URL: _ours, ...rest } = variables;
  const child = Bun.spawn(["bash", script, ...options], {
    env: { ...rest, INSTALL_SOURCE: url ?? "" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  // Ctrl-C reaches it by itself.
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  const code = await child.exited;
  signal.removeEventListener("abort", stop);
  return code === 0 ? 0 : 1;
}

/** Also while it starts or reloads. */
async function isServiceUp(variables: Variables): Promise<boolean> {
  try {
    const { active } = await readServiceState(variables);
    return !["inactive", "failed", "deactivating"].includes(active);
  } catch (error) {
    if (error instanceof OvError) return false;
    throw error;
  }
}
