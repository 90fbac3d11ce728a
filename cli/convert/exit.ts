/** How `ov-llm convert` ends, besides 2 for a wrong command line or setting and those of `createStop`. */
export const exitCodes = { done: 0, failed: 1, refused: 3 } as const;

/** For its help, below the options. */
export function renderExitCodes(): string {
  return `Exit codes:

  ${exitCodes.done}    done, or nothing to do
  ${exitCodes.failed}    a model failed; it and the registry are as they were
  2    wrong command line or setting
  ${exitCodes.refused}    not started: too little disk or memory, or you said no
  130  stopped by Ctrl-C (129: the connection was gone, 143: SIGTERM)
`;
}

export interface Stop {
  /** Aborts with the first SIGINT (Ctrl-C), SIGTERM or SIGHUP (the connection is gone). */
  signal: AbortSignal;
  /** 128 and the number of the signal, as in shells. */
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
