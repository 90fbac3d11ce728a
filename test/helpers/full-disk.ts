import { repo } from "./server.ts";

/** What a script prints where no file may become larger than some kilobytes, and `TMPDIR` is its folder for temporary files. */
export function printWithSmallFiles(script: string, TMPDIR: string): string {
  const command = [
    "/bin/sh",
    "-c",
    'trap "" XFSZ; ulimit -f 8; exec "$@"',
    "sh",
    process.execPath,
    "-e",
    script,
  ];
  const { stdout } = Bun.spawnSync(command, { cwd: repo, env: { PATH: process.env.PATH, TMPDIR } });
  return stdout.toString();
}
