/** A number as JSON writes it, without rounding: `units` divided by ten to the power of `places`. */
export interface Decimal {
  units: bigint;
  places: number;
}

/** The shortest decimal that means a double, which is what was written for it; whole numbers may come as they are. */
export function toDecimal(value: number | bigint): Decimal {
  if (typeof value === "bigint") return { units: value, places: 0 };
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const units = BigInt(`${sign}${whole}${fraction}`);
  const places = fraction.length - Number(exponent);
  return places < 0 ? { units: units * 10n ** BigInt(-places), places: 0 } : { units, places };
}

/** What stands before a number's point, and its digits behind it without zeros at the end; the sign is left out. */
export function split(value: number | bigint): [whole: bigint, decimals: string] {
  const { units, places } = toDecimal(value);
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const point = digits.length - places;
  return [BigInt(digits.slice(0, point)), digits.slice(point).replace(/0+$/, "")];
}

/** Without an exponent and without zeros that mean nothing. */
export function written({ units, places }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const point = digits.length - places;
  const fraction = digits.slice(point).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, point)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Both numbers in the same unit. */
export function aligned(one: Decimal, other: Decimal): [bigint, bigint, places: number] {
  const places = Math.max(one.places, other.places);
  const units = (decimal: Decimal) => decimal.units * 10n ** BigInt(places - decimal.places);
  return [units(one), units(other), places];
}

/** `multipleOf`; zero is a multiple of all. */
export function isMultiple(value: number | bigint, step: number): boolean {
  const [units, size] = aligned(toDecimal(value), toDecimal(step));
  return units % size === 0n;
}

/** The power of ten that a number is, or null. */
export function powerOfTen(value: number): number | null {
  const { units, places } = toDecimal(value);
  const zeros = String(units).length - 1;
  return units === 10n ** BigInt(zeros) ? zeros - places : null;
}

export function floorDivided(units: bigint, size: bigint): bigint {
  const quotient = units / size;
  return units % size < 0n ? quotient - 1n : quotient;
}

export function ceilDivided(units: bigint, size: bigint): bigint {
  return -floorDivided(-units, size);
}
