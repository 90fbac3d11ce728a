/** How many characters of a text weigh as much as a value. */
const charactersInValue = 32;

/** Whether a JSON value, with all that it contains, weighs at most this many values. Stops counting there. */
export function weighsAtMost(most: number, value: unknown): boolean {
  let left = most;
  const weigh = (one: unknown): boolean => {
    left -= typeof one === "string" ? 1 + one.length / charactersInValue : 1;
    if (left < 0) return false;
    if (typeof one !== "object" || one === null) return true;
    return Array.isArray(one) ? one.every(weigh) : weighObject(one);
  };
  const weighObject = (object: object): boolean => {
    // Not Object.entries: that would list all of an object that is far too large.
    for (const key in object) {
      left -= key.length / charactersInValue;
      if (!weigh(Reflect.get(object, key))) return false;
    }
    return true;
  };
  return weigh(value);
}
