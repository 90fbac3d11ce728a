import { describe, expect, test } from "bun:test";
import { planRoom, type Tenant } from "../../../src/engine/memory/plan.ts";

/** `name bytes`, last used in the order of the list. Marks: `*` busy, `!` pinned, `>` leaving. */
function toTenants(text: string): Tenant[] {
  return text
    .split(", ")
    .filter(Boolean)
    .map((one, index) => {
      const [, name = "", bytes, marks = ""] = /^(\w+) (\d+)([*!>]*)$/.exec(one) ?? [];
      const [busy, pinned, leaving] = ["*", "!", ">"].map((mark) => marks.includes(mark));
      return {
        name,
        bytes: Number(bytes),
        busy: busy === true,
        pinned: pinned === true,
        leaving: leaving === true,
        lastUsed: index,
      };
    });
}

const cases: [situation: string, tenants: string, need: number, reserved: number, plan: string][] = [
  ["nobody is there", "", 10, 0, "now"],
  ["it fits exactly", "a 4", 6, 0, "now"],
  ["it is larger than everything", "", 11, 0, "never"],
  ["an idle one is in the way", "a 5", 6, 0, "later a"],
  ["several idle ones are: the least recently used goes", "a 3, b 3, c 3", 4, 0, "later a"],
  ["as many go as are needed", "a 3, b 3, c 3", 7, 0, "later a b"],
  ["idle ones go before one that runs, however old that is", "a 4*, b 4", 5, 0, "later b"],
  ["one that runs goes when idle ones do not suffice", "a 4*, b 4", 8, 0, "later b a"],
  ["among those that run the least recently used goes", "a 4*, b 4*", 4, 0, "later a"],
  ["pinned ones stay", "a 4!, b 4", 6, 0, "later b"],
  ["pinned ones leave too little, for good", "a 5!, b 2", 6, 0, "never"],
  ["a pinned one goes after all, because its entry changed", "a 5!>", 6, 0, "later"],
  ["who leaves already makes room enough", "a 5>, b 4", 6, 0, "later"],
  ["who leaves does not make enough", "a 2>, b 5, c 3", 6, 0, "later b"],
  ["an earlier one waits, and both fit", "a 6>", 3, 5, "now"],
  ["an earlier one waits, and takes the room", "a 6>", 3, 8, "later"],
  ["an earlier one takes what another idle one could give", "a 6>, b 2", 3, 6, "later b"],
  ["who waits itself holds nothing", "a 0, b 0*", 10, 0, "now"],
  ["nothing helps but the earlier one's end", "a 0*", 5, 8, "later"],
];

describe("with 10 bytes for models", () => {
  test.each(cases)("when %s (%s), %d with %d reserved: %s", (_, tenants, need, reserved, plan) => {
    const { when, evict } = planRoom({ need, reserved, budget: 10, tenants: toTenants(tenants) });
    expect([when, ...evict.map(({ name }) => name)].join(" ")).toBe(plan);
  });
});
