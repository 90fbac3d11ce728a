/** For waits in which this process has to hear of something. */
export interface Looks {
  /** For how many milliseconds this process stood still since the last look; 0 where the look comes about in time. */
  look(): number;
}

/**
 * To be looked at about every so many milliseconds. A look that comes late shows that this process stood still, perhaps with
 * its whole machine: it could hear nothing, and what it waits for may have stood still too.
 */
export function createLooks(everyMs: number): Looks {
  let lookedAt = performance.now();
  return {
    look() {
      const now = performance.now();
      const late = now - lookedAt - everyMs;
      lookedAt = now;
      return late > everyMs ? late : 0;
    },
  };
}
