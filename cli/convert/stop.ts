export interface Stop {
  /** Aborts with the first SIGINT (Ctrl-C), SIGTERM or SIGHUP (the connection is gone). */
  signal: AbortSignal;
  /** 128 and the number of the signal, as shells do. */
  exitCode(): number;
  dispose(): void;
}

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export function createStop(): Stop {
  const controller = new AbortController();
  let code: number = 128;
  const handlers = Object.entries(numbers).map(([name, number]) => {
    const handle = () => {
      if (!controller.signal.aborted) code = 128 + number;
      controller.abort(new Error(`stopped by ${name}`));
    };
    process.on(name, handle);
    return () => process.off(name, handle);
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose() {
      for (const remove of handlers) remove();
    },
  };
}
