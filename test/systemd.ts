/**
 * `bun run test:systemd`: the service in a booted machine of its own, in all that may happen to it. Needs root, debootstrap and
 * systemd-nspawn, and what `npm test` brings. Ends with a sentence where there is no such machine. Words after it go to `bun test`.
 */
import { whyNoMachine } from "./install/machine.ts";

const obstacle = whyNoMachine();
if (obstacle !== null) {
  console.error(
    `No machine with systemd can be booted here: it ${obstacle}. On Debian: apt-get install debootstrap systemd-container.`,
  );
  process.exit(1);
}
const child = Bun.spawn(
  [process.execPath, "test", "test/install/systemd.test.ts", ...process.argv.slice(2)],
  {
    env: { ...process.env, OV_TEST_SYSTEMD: "all" },
    stdio: ["inherit", "inherit", "inherit"],
  },
);
process.exit(await child.exited);
