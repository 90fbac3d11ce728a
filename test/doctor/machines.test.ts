import { describe, expect, test } from "bun:test";
import { check } from "../../src/doctor/check.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import type { Subject } from "../../src/doctor/subject.ts";
import { type Description, describe as describeMachine, toSubject } from "./machines.ts";

/** What is not well, as `status check: what -> next`. */
function findTrouble(subject: Subject): string[] {
  const wrong = check(subject).findings.filter(({ status }) => status !== "ok");
  return wrong.map(toLine);
}

function toLine({ status, check: name, what, next }: Finding): string {
  return `${status} ${name}: ${what}${next === null ? "" : ` -> ${next}`}`;
}

function findLines(subject: Subject, name: string): string[] {
  return check(subject)
    .findings.filter((finding) => finding.check === name)
    .map(toLine);
}

const without = (description: Description, ...paths: string[]): Description => ({
  ...description,
  files: Object.fromEntries(
    Object.entries(description.files).filter(([path]) => !paths.some((part) => path.includes(part))),
  ),
});
const withFiles = (description: Description, files: Record<string, string>): Description => ({
  ...description,
  files: { ...description.files, ...files },
});
/** As its OpenVINO answers where a driver is missing. */
const onlyCpu = (description: Description): Description => ({
  ...description,
  devices: description.devices.filter(({ name }) => name === "CPU"),
  engines: description.engines.map((engine) => ({
    ...engine,
    devices: engine.devices.filter((name) => name === "CPU"),
  })),
});

describe("a Mac mini whose GPU works", () => {
  const subject = toSubject(describeMachine("mac-mini"));

  test("is well", () => {
    expect([check(subject).status, findTrouble(subject)]).toEqual(["ok", []]);
  });

  test("shows what it has", () => {
    expect(findLines(subject, "gpu")).toEqual([
      "ok gpu: OpenVINO sees GPU: Intel(R) UHD Graphics 630 (iGPU), driver 25.18.33578.6, kernel i915 (6.12.43+deb13-amd64).",
    ]);
    expect(findLines(subject, "cpu")).toEqual([
      "ok cpu: Intel(R) Core(TM) i7-8700B CPU @ 3.20GHz, 12 threads, with AVX2.",
    ]);
    expect(findLines(subject, "heat")).toEqual([
      "ok heat: Nothing is throttled now (61 °C); the CPU was, 36 times, since the machine started.",
    ]);
    expect(findLines(subject, "device")).toEqual([
      "ok device: Models run on GPU unless their entry names another device (OV_DEVICE=AUTO).",
    ]);
  });
});

describe("a GPU that OpenVINO does not see", () => {
  const mac = onlyCpu(describeMachine("mac-mini"));
  const closed = { ...mac, closed: ["/dev/dri/renderD128"], user: { name: "home", gids: [1000] } };
  const gpu = (description: Description, changes?: Partial<Subject>) =>
    findLines(toSubject(description, changes), "gpu");

  test("the user is not in the group render", () => {
    const none = withFiles(closed, { "/etc/group": "render:x:104:\n" });
    expect(gpu(none)).toEqual([
      'fail gpu: The GPU is there, but "home" cannot open /dev/dri/renderD128, which belongs to the group "render". -> ' +
        "Run `sudo usermod -aG render home`, log out and in (or restart the machine), then restart the server.",
    ]);
  });

  test("the user is in the group since the last log-in", () => {
    expect(gpu(closed)).toEqual([expect.stringContaining("The user joined that group after its last login")]);
  });

  test("packages are missing, by the names of the distribution", () => {
    const bare = without(mac, "OpenCL");
    expect(gpu(bare)).toEqual([
      "fail gpu: There is a GPU, but what OpenVINO needs for it is not installed: ocl-icd-libopencl1, intel-opencl-icd. -> " +
        "Install them: `sudo apt install ocl-icd-libopencl1 intel-opencl-icd`, then restart the server.",
    ]);
    const arch = withFiles(bare, { "/etc/os-release": "ID=arch\n" });
    expect(gpu(arch)).toEqual([expect.stringContaining("`sudo pacman -S ocl-icd intel-compute-runtime`")]);
  });

  test("no kernel driver has it, or it has no device", () => {
    expect(gpu({ ...mac, links: {} })).toEqual([
      expect.stringContaining(
        "(8086:3e9b), but no kernel driver is bound to it (kernel 6.12.43+deb13-amd64)",
      ),
    ]);
    expect(gpu(without(mac, "/dev/dri"))).toEqual([
      expect.stringContaining("/dev/dri has no device file for it. -> In a container, pass /dev/dri to it"),
    ]);
  });

  test("all is there", () => {
    expect(gpu(mac)).toEqual([
      expect.stringContaining("OpenVINO does not see it. -> See whether `clinfo -l`"),
    ]);
  });

  test("is only a warning where nobody wants it", () => {
    expect(gpu(mac, { settings: { device: "CPU", engine: "auto", runtimeDir: "/r" } })).toEqual([
      expect.stringMatching(/^warn /),
    ]);
  });
});

describe("a Meteor Lake with an NPU", () => {
  const lake = describeMachine("meteor-lake");

  test("saves power, its GPU slows down, and it swaps", () => {
    expect(findTrouble(toSubject(lake))).toEqual([
      expect.stringMatching(
        /^warn governor: .*preference power\), which prefers saving power to speed\. -> /,
      ),
      expect.stringMatching(/^warn heat: The GPU card0 is throttled now, by heat or power \(71 °C\)\. -> /),
      expect.stringMatching(/^warn swap: 7\.0 GB of 8\.0 GB of swap is used/),
    ]);
  });

  test("shows the NPU and its driver", () => {
    expect(findLines(toSubject(lake), "npu")).toEqual([
      "ok npu: OpenVINO sees NPU: Intel(R) AI Boost, driver 1736876829, kernel intel_vpu (6.14.0-24-generic).",
    ]);
  });

  test("names what the NPU lacks", () => {
    const bare = onlyCpu(without(lake, "libze", "libnpu"));
    expect(findLines(toSubject(bare), "npu")).toEqual([
      expect.stringMatching(
        /^warn npu: .*: libze1, intel-level-zero-npu, intel-driver-compiler-npu\. -> .*linux-npu-driver/,
      ),
    ]);
  });
});

test("a virtual machine without /dev/dri runs models on the CPU, slowly", () => {
  const subject = toSubject(describeMachine("vm"), {
    service: { problem: "Cannot ask systemd." },
    server: { state: "silent", url: "http://127.0.0.1:9000", problem: "No server answers.", holder: null },
  });
  expect(findLines(subject, "gpu")).toEqual([
    expect.stringMatching(/^ok gpu: There is no Intel GPU here.* -> If the host has an Intel GPU/),
  ]);
  expect(findTrouble(subject)).toEqual([
    expect.stringMatching(
      /^warn cpu: QEMU.*4 threads, without AVX2.* -> In a virtual machine, give it the host's CPU model/,
    ),
    expect.stringMatching(/^warn memory: Only 293\.0 MB of 3\.9 GB/),
    "warn server: No server answers.",
    "warn service: Cannot ask systemd.",
  ]);
});

test("a Xeon with AMX, its clock kept low", () => {
  const subject = toSubject(describeMachine("amx-xeon"));
  expect(findLines(subject, "cpu")).toEqual([
    "ok cpu: Intel(R) Xeon(R) Platinum 8480+, 16 threads, with AVX2, AVX-512, VNNI, AMX.",
  ]);
  expect(findTrouble(subject)).toEqual([
    expect.stringMatching(
      /^warn governor: .*powersave \(acpi-cpufreq\), which keeps the CPU at its lowest frequency/,
    ),
  ]);
});

test("a CPU that slows down while it is looked at", () => {
  const { machine, ...rest } = toSubject(describeMachine("mac-mini"));
  const heat = { ...machine.heat, throttledNow: 4 };
  expect(findLines({ ...rest, machine: { ...machine, heat } }, "heat")).toEqual([
    expect.stringMatching(/^warn heat: The CPU is throttled now \(61 °C\)/),
  ]);
});
