import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type ProbeOptions, probePythonEnv } from "../../../python/probe.ts";

/** A device as OpenVINO describes it ("Query Device Properties"); null: it does not say. */
export const DeviceFacts = Type.Object({
  /** `CPU`, `GPU`, `GPU.1`, `NPU` */
  name: Type.String(),
  hardware: Type.String(),
  /** The version of the compute runtime or the NPU's driver, not the kernel's. */
  driver: Type.Union([Type.String(), Type.Null()]),
  /** `integrated` or `discrete` */
  type: Type.Union([Type.String(), Type.Null()]),
  /** Its capabilities: `FP16`, `INT8`, `GPU_HW_MATMUL`, … */
  capabilities: Type.Array(Type.String()),
});
export type DeviceFacts = Static<typeof DeviceFacts>;

const Printed = Type.Object({ devices: Type.Array(DeviceFacts) });

/** Asks OpenVINO in a separate process, because a driver may crash or hang. Empty: no answer. */
export async function describeDevices(
  runtimeDir: string,
  options: ProbeOptions = {},
): Promise<DeviceFacts[]> {
  const isPrinted = (value: unknown): value is Static<typeof Printed> => Value.Check(Printed, value);
  const found = await probePythonEnv(runtimeDir, script, isPrinted, { timeoutMs: 30_000, ...options });
  return found.state === "ready" ? found.devices : [];
}

const script = `
import json
import openvino
core = openvino.Core()
def ask(device, *keys):
    for key in keys:
        try:
            value = core.get_property(device, key)
        except Exception:
            continue
        return [str(one) for one in value] if isinstance(value, (list, tuple, set)) else str(value)
    return None
print("\\n" + json.dumps({"devices": [{
    "name": device,
    "hardware": ask(device, "FULL_DEVICE_NAME") or "unknown",
    "driver": ask(device, "GPU_DRIVER_VERSION", "NPU_DRIVER_VERSION"),
    "type": (ask(device, "DEVICE_TYPE") or "").lower().split(".")[-1] or None,
    "capabilities": ask(device, "OPTIMIZATION_CAPABILITIES") or [],
} for device in core.available_devices]}))
`;
