/** What one check found out. */
export interface Finding {
  /** Which check: `gpu`, `memory`, … */
  check: string;
  status: Status;
  /** As a sentence. */
  what: string;
  /** What to do about it, as sentences; null: nothing. */
  next: string | null;
}

/** `warn`: it works, but not as well as it could; `fail`: something that was asked for does not work. */
export type Status = "ok" | "warn" | "fail";

export interface Diagnosis {
  /** The worst of its findings. */
  status: Status;
  findings: Finding[];
}

export function toDiagnosis(findings: Finding[]): Diagnosis {
  const order: readonly Status[] = ["fail", "warn", "ok"];
  const status = order.find((one) => findings.some((finding) => finding.status === one)) ?? "ok";
  return { status, findings };
}

/** A finding of `check`, by its status. */
export function createFinder(check: string) {
  const make =
    (status: Status) =>
    (what: string, next: string | null = null): Finding => ({ check, status, what, next });
  return { ok: make("ok"), warn: make("warn"), fail: make("fail") };
}
