import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Attacked, startAttacked } from "./attacked.ts";
import { attackInputs } from "./inputs.ts";

let server: Attacked;
let usual: number;

/** What a harmless body of 30 MB costs on this machine as busy as it is now: the system copies it, whatever it holds. */
async function measureUsual(): Promise<number> {
  const harmless = { name: "harmless", path: "/v1/nothing", body: () => "x".repeat(30_000_000) };
  return (await server.attack(harmless)).longest;
}

beforeAll(async () => {
  server = await startAttacked();
  const holds: number[] = [];
  for (let round = 0; round < 3; round += 1) holds.push(await measureUsual());
  usual = Math.max(...holds);
}, 180_000);
afterAll(() => server[Symbol.asyncDispose]());

/** The bound is 50 ms; what a busy machine adds is measured beside it, and some hiccups are not the server's. */
test.each(attackInputs)(
  "$name: other clients are answered meanwhile",
  async (input) => {
    const excess: number[] = [];
    while (excess.length < 10 && !excess.some((one) => one < 0)) {
      const { longest, status } = await server.attack(input);
      expect(status).toBeGreaterThan(0);
      const beside = excess.length === 0 ? usual : await measureUsual();
      excess.push(longest - 50 - 4 * beside);
    }
    expect(Math.min(...excess)).toBeLessThan(0);
  },
  180_000,
);
