/**
 * Has this process stand still for that long, as on a frozen machine. Resolves behind every timer that became due in the
 * first half of it.
 */
export async function standStill(milliseconds: number): Promise<void> {
  const behind = Promise.withResolvers<void>();
  setTimeout(behind.resolve, milliseconds / 2);
  Bun.sleepSync(milliseconds);
  await behind.promise;
}
