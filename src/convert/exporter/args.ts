import type { Settings } from "../../config/settings.ts";
import type { Int4Scheme } from "../plan/int4.ts";

export interface ExportRequest {
  /** Absolute, so that no folder name can be taken for a flag. */
  model: string;
  output: string;
  task: string;
  weightFormat: Settings["weightFormat"];
  /** null: the exporter's own choice. */
  int4: Int4Scheme | null;
  trustRemoteCode: boolean;
}

/** What `optimum-cli` is called with. */
export function toExportArgs(request: ExportRequest): string[] {
  return [
    ...["export", "openvino", "--model", request.model, "--task", request.task],
    ...["--weight-format", request.weightFormat],
    ...(request.int4 === null ? [] : toInt4Args(request.int4)),
    ...(request.trustRemoteCode ? ["--trust-remote-code"] : []),
    request.output,
  ];
}

function toInt4Args({ groupSize, symmetric, ratio }: Int4Scheme): string[] {
  return [
    ...["--group-size", String(groupSize)],
    ...(symmetric ? ["--sym"] : []),
    ...(ratio === 1 ? [] : ["--ratio", String(ratio)]),
  ];
}
