import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Attacked, startAttacked } from "./attacked.ts";
import { attackInputs } from "./inputs.ts";

let server: Attacked;
/** What a harmless body of 30 MB costs on this machine as busy as it is now: the system copies it, whatever it holds. */
let usual: number;

beforeAll(async () => {
  server = await startAttacked();
  const harmless = { name: "harmless", path: "/v1/nothing", body: () => "x".repeat(30_000_000) };
  const holds: number[] = [];
  for (let round = 0; round < 3; round += 1) holds.push((await server.attack(harmless)).longest);
  usual = Math.max(...holds);
}, 180_000);
afterAll(() => server[Symbol.asyncDispose]());

/** The bound is 50 ms; what a busy machine adds is measured beside it, and a single hiccup is not the server's. */
test.each(attackInputs)(
  "$name: other clients are answered meanwhile",
  async (input) => {
    const most = 50 + 4 * usual;
    const holds: number[] = [];
    while (holds.length < 4 && !holds.some((hold) => hold < most)) {
      const { longest, status } = await server.attack(input);
      expect(status).toBeGreaterThan(0);
      holds.push(longest);
    }
    expect(Math.min(...holds)).toBeLessThan(most);
  },
  180_000,
);
