import { readFileSync } from "node:fs";
import { starterModel } from "../../src/library/starter.ts";
import { must, spawn, toEnd } from "../install/machine.ts";
import { type Image, toContainer } from "./replay.ts";

/** Fetches the starter model, serves from the image as its user, in a network of its own, until it is healthy; asks it; stops it. Throws where that fails. */
export async function tryImage(image: Image): Promise<void> {
  const { env, workdir, root } = image;
  const variables = Object.entries(env).map(([name, value]) => `--setenv=${name}=${value}`);
  const flags = [
    "-q",
    "-D",
    root,
    "--register=no",
    "--keep-unit",
    "--private-network",
    "--as-pid2",
    `--chdir=${workdir}`,
  ];
  await must(toContainer(image, ["ov-llm", "setup", "--starter"], env, "ov"));
  const server = spawn(["systemd-nspawn", ...flags, "--user=ov", ...variables, ...image.command]);
  const said = toEnd(server);
  try {
    await until(async () => server.exitCode !== null || (await isUp(server.pid, image)));
    if (server.exitCode !== null) throw new Error(`It did not serve:\n${(await said).out}`);
    const out = await inside(server.pid, image, [
      "ov-llm",
      "chat",
      starterModel.name,
      "What is the capital of France?",
    ]);
    if (!out.includes("Paris")) throw new Error(`It answered: ${out}`);
    const written = await toEnd(spawn(enter(server.pid, image, ["touch", "/opt/ov-llm/runtime/x"])));
    if (written.code === 0) throw new Error("The server may change its engine.");
  } finally {
    const [pid] = childrenOf(server.pid).flatMap(childrenOf);
    if (pid !== undefined) process.kill(pid, "SIGTERM");
    await server.exited;
  }
  const { code, out } = await said;
  if (code !== 0) throw new Error(`It ended with ${code}:\n${out}`);
}

async function isUp(pid: number, image: Image): Promise<boolean> {
  if (childrenOf(pid).flatMap(childrenOf).length === 0) return false;
  return (await toEnd(spawn(enter(pid, image, image.healthCheck)))).code === 0;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await holds()) return;
    await Bun.sleep(200);
  }
  throw new Error("The server did not become healthy within 30 s.");
}

/** `pid`: of systemd-nspawn, whose child is the first process of the container. */
function enter(pid: number, { env, user }: Image, command: string[]): string[] {
  const [leader = 0] = childrenOf(pid);
  const [uid = "", gid = uid] = user.split(":");
  const variables = Object.entries({ PATH: "/usr/local/bin:/usr/bin:/bin", ...env }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const namespaces = ["-t", String(leader), "-m", "-u", "-i", "-n", "-p", "-S", uid, "-G", gid];
  return ["nsenter", ...namespaces, "/usr/bin/env", "-i", ...variables, ...command];
}

function inside(pid: number, image: Image, command: string[]): Promise<string> {
  return must(enter(pid, image, command));
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
