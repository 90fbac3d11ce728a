import { startRawScript } from "../programs/raw-script.ts";

/** A pipeline of the engine for one kind of model. */
export interface RawPipeline {
  /** The seconds of a run. */
  run(body: object): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** See `startRawScript`. */
export async function startRawPipeline(...start: Parameters<typeof startRawScript>): Promise<RawPipeline> {
  const script = await startRawScript(...start);
  return {
    async run(body) {
      const { seconds }: { seconds: number } = JSON.parse(await script.ask(body));
      return seconds;
    },
    [Symbol.asyncDispose]: script[Symbol.asyncDispose],
  };
}
