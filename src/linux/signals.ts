export interface Signals {
  /** Resolves with the name of the first signal that ends the server. */
  first: Promise<string>;
  /** Resolves with the second one, which asks for an immediate end. */
  second: Promise<string>;
  /** Lets signals end the process again. */
  dispose(): void;
}

export interface SignalsOptions {
  /** What SIGHUP asks for. */
  onReload: () => void;
  /** Whether a terminal controls the process: there SIGHUP means that it was closed. */
  inTerminal: boolean;
}

/** SIGTERM and SIGINT stop, SIGHUP reloads; the hang-up of a terminal stops, too. */
export function createSignals({ onReload, inTerminal }: SignalsOptions): Signals {
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let seen = 0;
  const stop = (name: string) => {
    seen += 1;
    (seen === 1 ? first : second).resolve(name);
  };
  const handlers = { SIGTERM: stop, SIGINT: stop, SIGHUP: inTerminal ? stop : onReload };
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  return {
    first: first.promise,
    second: second.promise,
    dispose() {
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    },
  };
}
