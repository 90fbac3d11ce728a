/** 1 536 000 000 -> `1.4 GB`, in powers of 1024. */
export function renderBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** 0.34 -> `340 ms`, 95 -> `1:35` */
export function renderSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** 8192 -> `8k` */
export function renderTokens(tokens: number): string {
  return tokens >= 10_000 || (tokens >= 1024 && tokens % 1024 === 0)
    ? `${Math.round(tokens / 1024)}k`
    : String(tokens);
}

export function renderRate(perSecond: number): string {
  return perSecond >= 100 ? String(Math.round(perSecond)) : perSecond.toFixed(1);
}

export function renderTime(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour12: false });
}

/** 1.2 -> `120 %` */
export function renderShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** 0.2 -> `+20 %` */
export function renderGain(gain: number): string {
  return `${gain < 0 ? "-" : "+"}${renderShare(Math.abs(gain))}`;
}

/** `at`: ISO 8601 -> `26 Nov 2026`, as the reader writes it. */
export function renderDay(at: string): string {
  return new Date(at).toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
}
