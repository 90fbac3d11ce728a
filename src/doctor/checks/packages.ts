import type { Libraries, System } from "../machine.ts";

type Library = keyof Libraries;

/** What distributions call the packages of the drivers' libraries; others are told Debian's names. */
const packages: Record<"debian" | "fedora" | "arch", Record<Library, string>> = {
  debian: {
    opencl: "ocl-icd-libopencl1",
    openclGpu: "intel-opencl-icd",
    levelZero: "libze1",
    levelZeroNpu: "intel-level-zero-npu",
    npuCompiler: "intel-driver-compiler-npu",
  },
  fedora: {
    opencl: "ocl-icd",
    openclGpu: "intel-compute-runtime",
    levelZero: "oneapi-level-zero",
    levelZeroNpu: "intel-level-zero-npu",
    npuCompiler: "intel-driver-compiler-npu",
  },
  arch: {
    opencl: "ocl-icd",
    openclGpu: "intel-compute-runtime",
    levelZero: "level-zero-loader",
    levelZeroNpu: "intel-level-zero-npu",
    npuCompiler: "intel-driver-compiler-npu",
  },
};

const commands = {
  debian: "sudo apt install",
  fedora: "sudo dnf install",
  arch: "sudo pacman -S",
} as const;

const gpuLibraries = ["opencl", "openclGpu"] as const;
const npuLibraries = ["levelZero", "levelZeroNpu", "npuCompiler"] as const;

/** The packages that are missing for a GPU or an NPU, by their names. */
export function findMissing(kind: "gpu" | "npu", libraries: Libraries, { distributions }: System): string[] {
  const needed: readonly Library[] = kind === "gpu" ? gpuLibraries : npuLibraries;
  const names = packages[toFamily(distributions)];
  return needed.filter((library) => !libraries[library]).map((library) => names[library]);
}

/** The sentence that installs them. An NPU's come from its driver's own releases, which few distributions package. */
export function toInstall(kind: "gpu" | "npu", missing: string[], { distributions }: System): string {
  const command = `\`${commands[toFamily(distributions)]} ${missing.join(" ")}\``;
  if (kind === "gpu") return `Install them: ${command}, then restart the server.`;
  return `Install them: ${command}, or from the releases of Intel's linux-npu-driver; then restart the server.`;
}

function toFamily(distributions: string[]): keyof typeof packages {
  if (distributions.some((name) => ["fedora", "rhel", "centos"].includes(name))) return "fedora";
  return distributions.includes("arch") ? "arch" : "debian";
}
