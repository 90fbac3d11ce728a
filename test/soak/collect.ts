/**
 * Loaded into the soak's server before its own code: SIGUSR2 collects the garbage. Bun may put that off for long after the last request
 * (seen: 27 MB, a minute after it), which is no leak.
 */
process.on("SIGUSR2", () => Bun.gc(true));
