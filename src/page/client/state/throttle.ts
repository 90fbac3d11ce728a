/** Calls the work once in `ms` milliseconds at most, the last time after the last call. */
export function throttle(ms: number, work: () => void): () => void {
  let waiting = false;
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (waiting) return;
    waiting = true;
    const wait = Math.max(0, last + ms - performance.now());
    setTimeout(() => {
      waiting = false;
      last = performance.now();
      work();
    }, wait);
  };
}
