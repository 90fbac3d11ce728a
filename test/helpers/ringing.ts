import { createAlarm } from "../../src/alarm.ts";

/** Resolves once an alarm of that length, set now, has rung. */
export async function ringing(milliseconds: number): Promise<void> {
  const rung = Promise.withResolvers<void>();
  using alarm = createAlarm(milliseconds, rung.resolve);
  alarm.set();
  await rung.promise;
}
