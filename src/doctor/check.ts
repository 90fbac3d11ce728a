import { checkAccelerator } from "./checks/accelerators.ts";
import { checkCpu, checkHeat, checkPower } from "./checks/cpu.ts";
import { checkDevices, checkEngines, checkUse } from "./checks/engines.ts";
import { checkDisks, checkMemory, checkSwap } from "./checks/memory.ts";
import { checkHub, checkRegistry, checkServer, checkService } from "./checks/server.ts";
import { type Diagnosis, toDiagnosis } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** All checks, in the order in which a person reads them. */
export function check(subject: Subject): Diagnosis {
  const { machine } = subject;
  return toDiagnosis([
    ...checkEngines(subject),
    ...checkAccelerator("gpu", subject),
    ...checkAccelerator("npu", subject),
    ...checkDevices(subject),
    ...checkUse(subject),
    checkCpu(machine),
    ...checkPower(machine),
    ...checkHeat(machine),
    ...checkMemory(subject),
    checkSwap(subject),
    ...checkDisks(subject),
    ...checkRegistry(subject),
    checkServer(subject),
    checkService(subject),
    ...checkHub(subject),
  ]);
}
