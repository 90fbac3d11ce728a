import { expect, test } from "bun:test";
import { join } from "node:path";
import { readServiceState } from "../../src/library/service.ts";
import type { Installation } from "../../src/release/installation.ts";
import { writeScript } from "../engine/kinds/batching/fake-python.ts";
import { createTempDir } from "../helpers/temp.ts";

const bin = createTempDir();
writeScript(join(bin, "systemctl"), "echo LoadState=not-found");

test.each<[Installation, string]>([
  [
    { kind: "script", folder: "/home/me/.local/lib/ov-llm", source: { kind: "release", url: null } },
    `Run '/home/me/.local/lib/ov-llm/install.sh', or start the server with "ov-llm serve".`,
  ],
  [
    { kind: "package" },
    'Run "systemctl --user daemon-reload", and "sudo apt install --reinstall ./ov-llm_VERSION_ARCH.deb"',
  ],
  [{ kind: "sources" }, 'Run install.sh, or start the server with "ov-llm serve".'],
  [
    { kind: "other", path: "/opt/ov-llm" },
    'Start the server with "ov-llm serve"; it then runs until Ctrl-C.',
  ],
])("a service that is not there: what to do after an installation as %p", async (installation, next) => {
  const error = await readServiceState({ PATH: bin }, installation).catch(String);
  expect(error).toContain(`Cannot ask systemd for the service ov-server: it is not installed. ${next}`);
});
