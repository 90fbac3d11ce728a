import { access } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedSettings } from "../config/load.ts";
import { OvError } from "../errors.ts";
import { createLoadTester } from "../library/trial.ts";
import { describeModel } from "../models/folder.ts";
import type { Planned } from "./plan.ts";

export interface ModelCheck {
  /** Throws when what lies at the path is no model that works. */
  check(planned: Planned, path: string): Promise<void>;
  dispose(): void;
}

/** Files, load and one token; tasks that the engine does not run have their files looked at alone. */
export function createModelCheck(loaded: LoadedSettings, signal: AbortSignal): ModelCheck {
  const tester = createLoadTester(loaded, signal);
  return {
    async check({ name, task, weightFormat }, path) {
      if (!task.startsWith("text-generation")) return await checkFiles(path);
      await describeModel(path).catch((error: unknown) => {
        throw unusable(error instanceof Error ? error.message : String(error));
      });
      const { problem } = await tester.test(name, { path, task, weight_format: weightFormat });
      if (problem !== null) throw unusable(problem);
    },
    dispose: tester.dispose,
  };
}

async function checkFiles(path: string): Promise<void> {
  for (const name of ["openvino_model.xml", "openvino_model.bin"]) {
    await access(join(path, name)).catch(() => {
      throw unusable(`${name} is missing in it.`);
    });
  }
}

function unusable(reason: string): OvError {
  return new OvError("conversion_failed", `The model was written, but it does not work: ${reason}`);
}
