const units = ["B", "KB", "MB", "GB", "TB"];

/** `1.5 GB`: powers of 1024, as in the settings, one decimal from KB on. */
export function renderBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
