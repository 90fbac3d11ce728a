import type { Variables } from "../../linux/program.ts";

/**
 * What a program of the converter's environment gets, which may run code that comes with a model: without what would redirect
 * Python's imports, and without secrets that it has no use for.
 */
export function toConverterVariables(variables: Variables): Variables {
  const { PYTHONPATH: _path, PYTHONHOME: _home, OV_API_KEY: _key, ...inherited } = variables;
  return {
    ...inherited,
    PYTHONUNBUFFERED: "1",
    PYTHONNOUSERSITE: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    DO_NOT_TRACK: "1",
  };
}
