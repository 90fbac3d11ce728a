/**
 * `bun run test:container`: replays container/Dockerfile in a clean Debian and serves from what it makes. Needs root, debootstrap and
 * systemd-nspawn, and what `npm test` brings. Ends with a sentence where that cannot be done.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replayDockerfile } from "./container/replay.ts";
import { tryImage } from "./container/try.ts";
import { whyNoMachine } from "./install/machine.ts";

const obstacle = whyNoMachine();
if (obstacle !== null) {
  console.error(
    `The Dockerfile cannot be replayed here: it ${obstacle}. On Debian: apt-get install debootstrap systemd-container.`,
  );
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), "ov-llm-container-"));
try {
  const image = await replayDockerfile(folder);
  await tryImage(image);
  console.log("The image serves, is healthy, answers, and stops in order.");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
