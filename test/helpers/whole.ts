/** Whether the largest matrices are tried to the end, as `bun run test:whole` does, and not in the part that fits into `npm test`. */
const isWhole = process.env.OV_TEST_WHOLE === "1";

/** How much of a matrix is tried. */
export const amount = ({ whole, part }: { whole: number; part: number }): number => (isWhole ? whole : part);
