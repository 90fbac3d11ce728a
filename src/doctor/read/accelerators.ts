import type { Accelerator, DeviceNode, Libraries } from "../machine.ts";
import type { Root } from "./files.ts";

/** Intel's GPUs (class 03: display) and NPUs (1200: processing accelerators) on the PCI bus (pci.ids, "List of known device classes"). */
export function readAccelerators(root: Root): Accelerator[] {
  const folder = "/sys/bus/pci/devices";
  return root.names(folder).flatMap((name): Accelerator[] => {
    const read = (key: string) => root.text(`${folder}/${name}/${key}`).replace(/^0x/, "");
    if (read("vendor") !== "8086") return [];
    const kind = toKind(read("class"));
    if (kind === null) return [];
    return [{ kind, id: `8086:${read("device")}`, driver: root.linkName(`${folder}/${name}/driver`) }];
  });
}

function toKind(code: string): Accelerator["kind"] | null {
  if (code.startsWith("03")) return "gpu";
  return code.startsWith("1200") ? "npu" : null;
}

/** Asks the file system about a device node; a test answers for one that it cannot make. */
export type DescribeNode = (path: string) => { gid: number; isOpen: boolean };

/** The nodes through which programs reach GPUs and NPUs. `gids`: the groups of this process. */
export function readNodes(root: Root, gids: number[], describe: DescribeNode): DeviceNode[] {
  const names = new Map(readGroups(root).map(({ gid, name }) => [gid, name]));
  const find = (kind: DeviceNode["kind"], folder: string, form: RegExp) =>
    root
      .names(folder)
      .filter((name) => form.test(name))
      .map((name): DeviceNode => {
        const path = `${folder}/${name}`;
        const { gid, isOpen } = describe(path);
        return { path, kind, group: names.get(gid) ?? String(gid), isOpen, isMember: gids.includes(gid) };
      });
  return [...find("gpu", "/dev/dri", /^renderD\d+$/), ...find("npu", "/dev/accel", /^accel\d+$/)];
}

/** The names of the groups that /etc/group gives a user (group(5)). */
export function readGroupsOf(root: Root, user: string): string[] {
  return readGroups(root)
    .filter(({ members }) => members.includes(user))
    .map(({ name }) => name);
}

function readGroups(root: Root): { name: string; gid: number; members: string[] }[] {
  return root
    .text("/etc/group")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name = "", , gid = "", members = ""]) => ({
      name,
      gid: Number(gid),
      members: members.split(","),
    }));
}

const libraryFolders = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
  "/usr/local/lib64",
];

/** Looks where distributions put them. */
export function readLibraries(root: Root): Libraries {
  const files = libraryFolders.flatMap((folder) => root.names(folder));
  const has = (...starts: string[]) => files.some((name) => starts.some((start) => name.startsWith(start)));
  const vendors = root.names("/etc/OpenCL/vendors");
  return {
    opencl: has("libOpenCL.so.1"),
    openclGpu: vendors.some((name) => /intel.*\.icd$/.test(name)) || has("libigdrcl"),
    levelZero: has("libze_loader.so.1"),
    levelZeroNpu: has("libze_intel_npu.so", "libze_intel_vpu.so"),
    npuCompiler: has("libnpu_driver_compiler", "libopenvino_intel_npu_compiler", "libvpux_driver_compiler"),
  };
}
