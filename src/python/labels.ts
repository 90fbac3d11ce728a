/** What the sentences about one environment say. */
export interface EnvironmentLabels {
  /** As in "Cannot set up …": `the engine`. */
  what: string;
  /** The command that sets it up: `ov-llm setup`. */
  command: string;
  /** The setting that says where it lies. */
  setting: `OV_${string}`;
}
