import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { repo } from "../helpers/server.ts";
import { cache, findMirror, must } from "../install/machine.ts";
import { type Instruction, parseDockerfile, readPairs, toStages } from "./dockerfile.ts";

/** What a Dockerfile makes, as a folder, with what starts its server. */
export interface Image {
  root: string;
  env: Record<string, string>;
  user: string;
  workdir: string;
  command: string[];
  healthCheck: string[];
}

/**
 * Replays container/Dockerfile in `folder`: the first stage in a plain folder with this bun, the last in a clean Debian of the
 * release that BASE names, each RUN as root with the network of this machine. Throws what a RUN said that failed.
 */
export async function replayDockerfile(folder: string): Promise<Image> {
  const instructions = parseDockerfile(readFileSync(join(repo, "container/Dockerfile"), "utf8"));
  const [base = ""] = instructions.filter(({ name }) => name === "ARG").map(({ value }) => value);
  const [build = [], last = []] = toStages(instructions);
  const built = join(folder, "build");
  mkdirSync(built);
  await replayBuild(build, built);
  const root = join(folder, "root");
  await must(["cp", "-a", "--reflink=auto", await bringBase(/debian:(\w+)/.exec(base)?.[1] ?? ""), root]);
  return await replayImage(last, root, built);
}

async function replayBuild(stage: Instruction[], dir: string): Promise<void> {
  for (const { name, value } of stage) {
    if (name === "COPY") copy(value, repo, dir, dir);
    if (name === "RUN") await must(["/bin/sh", "-c", `cd '${dir}' && { ${value}; }`]);
  }
}

async function replayImage(stage: Instruction[], root: string, built: string): Promise<Image> {
  const image: Image = { root, env: {}, user: "0", workdir: "/", command: [], healthCheck: [] };
  const args: Record<string, string> = {};
  for (const { name, value } of stage) {
    switch (name) {
      case "ARG":
        Object.assign(args, Object.fromEntries(readPairs(value)));
        break;
      case "ENV":
        Object.assign(image.env, Object.fromEntries(readPairs(value)));
        break;
      case "COPY":
        copy(value.replace("--from=build /build", ""), built, root, join(root, image.workdir));
        break;
      case "RUN":
        console.log(`RUN ${value.slice(0, 100)}`);
        await must(toContainer(image, ["/bin/sh", "-c", value], { ...image.env, ...args }));
        break;
      case "USER":
        image.user = value;
        break;
      case "WORKDIR":
        image.workdir = value;
        break;
      case "CMD":
        image.command = toWords(value);
        break;
      case "HEALTHCHECK":
        image.healthCheck = toWords(value.replace(/^.*?CMD /, ""));
    }
  }
  return image;
}

function toWords(json: string): string[] {
  const words: unknown = JSON.parse(json);
  return Array.isArray(words) ? words.map(String) : [];
}

/** `value`: sources and, last, the place, which is below `root` where it is absolute. A folder's content is copied, as Docker does. */
function copy(value: string, from: string, root: string, workdir: string): void {
  const words = value.trim().split(" ");
  const place = words.pop() ?? "";
  const target = place.startsWith("/") ? join(root, place) : join(workdir, place);
  mkdirSync(target, { recursive: true });
  for (const word of words) {
    const isFolder = word.endsWith("/") || words.length === 1;
    cpSync(join(from, word), isFolder ? target : join(target, basename(word)), { recursive: true });
  }
}

/** argv that runs a command in the image, as root unless `user` names another, with the network and the certificates of this machine. */
export function toContainer(
  { root }: Image,
  command: string[],
  env: Record<string, string>,
  user = "root",
): string[] {
  const certificates = "/etc/ssl/certs/ca-certificates.crt";
  const trusted = existsSync(certificates) ? [`--bind-ro=${certificates}:/opt/certificates.crt`] : [];
  const all = {
    ...env,
    SSL_CERT_FILE: "/opt/certificates.crt",
    PIP_CERT: "/opt/certificates.crt",
    DEBIAN_FRONTEND: "noninteractive",
  };
  const variables = Object.entries(all).map(([name, value]) => `--setenv=${name}=${value}`);
  const flags = [
    "-q",
    "-D",
    root,
    "--register=no",
    "--keep-unit",
    "--resolv-conf=copy-host",
    `--user=${user}`,
  ];
  return ["systemd-nspawn", ...flags, ...trusted, ...variables, ...command];
}

/** A Debian with nothing beyond what is essential, as the base has; made once and kept in the cache. */
async function bringBase(suite: string): Promise<string> {
  const root = join(cache, `container-${suite}`);
  if (existsSync(root)) return root;
  const fresh = `${root}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const { mirror } = await findMirror();
  await must(["debootstrap", "--variant=minbase", suite, fresh, mirror]);
  renameSync(fresh, root);
  return root;
}
