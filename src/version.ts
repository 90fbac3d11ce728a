import manifest from "../package.json" with { type: "json" };

/** The version of ov-llm, from package.json, the only place that states it. */
export const version: string = manifest.version;
