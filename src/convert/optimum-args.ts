export type WeightFormat = "fp32" | "fp16" | "int8" | "int4";

export interface ExportRequest {
  /** Absolute, so that no folder name can be taken for a flag. */
  model: string;
  output: string;
  task: string;
  weightFormat: WeightFormat;
  /** null: the exporter's own choice. */
  groupSize: number | null;
  trustRemoteCode: boolean;
}

/** What `optimum-cli` is called with. */
export function toExportArgs(request: ExportRequest): string[] {
  return [
    ...["export", "openvino", "--model", request.model, "--task", request.task],
    ...["--weight-format", request.weightFormat],
    ...(request.groupSize === null ? [] : ["--group-size", String(request.groupSize)]),
    ...(request.trustRemoteCode ? ["--trust-remote-code"] : []),
    request.output,
  ];
}

/** NNCF's default group size for int4. */
const usualGroup = 128;
/** Smaller ones, the largest first; -1: one group for each output channel, which fits every width. */
const otherGroups = [64, 32] as const;

/**
 * The `--group-size` for int4 when the usual one does not divide the model's widths, which would end the
 * export; null: the usual one fits, or the format has no groups.
 */
export function toGroupSize(weightFormat: WeightFormat, widths: readonly number[]): number | null {
  if (weightFormat !== "int4") return null;
  const fits = (size: number) => widths.every((width) => width % size === 0);
  return fits(usualGroup) ? null : (otherGroups.find(fits) ?? -1);
}

/** The same for a person. */
export function describeGroupSize(groupSize: number, widths: readonly number[]): string {
  const odd = widths.filter((width) => width % usualGroup !== 0).join(", ");
  const choice = groupSize === -1 ? "one group per channel" : `group size ${groupSize}`;
  return `int4 uses ${choice}: ${usualGroup} does not divide ${odd}`;
}
