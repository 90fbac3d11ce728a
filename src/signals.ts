export interface StopSignals {
  /** Resolves with the name of the first SIGTERM or SIGINT. */
  first: Promise<string>;
  /** Resolves with the second one: somebody is in a hurry. */
  second: Promise<string>;
  /** Lets signals end the process again. */
  dispose(): void;
}

export function createStopSignals(): StopSignals {
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let seen = 0;
  const receive = (name: string) => {
    seen += 1;
    (seen === 1 ? first : second).resolve(name);
  };
  process.on("SIGTERM", receive);
  process.on("SIGINT", receive);
  return {
    first: first.promise,
    second: second.promise,
    dispose() {
      process.off("SIGTERM", receive);
      process.off("SIGINT", receive);
    },
  };
}
