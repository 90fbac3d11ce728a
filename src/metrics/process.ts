import { readdirSync } from "node:fs";
import { Counter, Gauge, type Registry } from "prom-client";

/** The daemon itself, under the names that every Prometheus client uses; read at each scrape. */
export function addProcessMetrics(registry: Registry, version: string): void {
  const registers = [registry];
  const started = Date.now() / 1000 - process.uptime();
  new Gauge({
    name: "ov_llm_build_info",
    help: "1, with the version of ov-llm",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  new Gauge({
    name: "process_start_time_seconds",
    help: "When the server started, in seconds since 1970",
    registers,
  }).set(started);
  new Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time of the server without its models",
    registers,
    collect() {
      this.reset();
      this.inc(readCpuSeconds());
    },
  });
  const measured: [name: string, help: string, read: () => number][] = [
    ["process_resident_memory_bytes", "Memory of the server without its models", process.memoryUsage.rss],
    ["process_open_fds", "Open descriptors of the server, including its connections", countDescriptors],
  ];
  for (const [name, help, read] of measured) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
}

function readCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Includes the descriptor that reads the folder. */
function countDescriptors(): number {
  return readdirSync("/proc/self/fd").length - 1;
}
