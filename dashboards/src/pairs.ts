/** What a run adds to a ratio: of one and of the other. */
export type Part = { one: { x: number; m: number }; other: { x: number; m: number } };
export type Difference = { runs: number; one: number; other: number; difference: number; low: number; high: number };

/** With fewer runs, how they scatter is not known. */
const LEAST_RUNS = 8;

/**
 * The difference of two pooled ratios over the same runs, with its interval: what a run does to both cancels out. The delta method for ratios, with
 * a run as a cluster.
 *
 * @see https://arxiv.org/abs/1803.06336
 * @param sure how sure the interval is to be, below 1
 */
export function pairedDifference(parts: Part[], sure: number): Difference | null {
  const n = parts.length;
  const sum = (of: (part: Part) => number) => parts.reduce((all, part) => all + of(part), 0);
  const [oneM, otherM] = [sum(({ one }) => one.m), sum(({ other }) => other.m)];
  if (n < LEAST_RUNS || oneM === 0 || otherM === 0) return null;
  const [one, other] = [sum((part) => part.one.x) / oneM, sum((part) => part.other.x) / otherM];
  const scattered = sum((part) => ((part.one.x - one * part.one.m) / (oneM / n) - (part.other.x - other * part.other.m) / (otherM / n)) ** 2);
  const reach = studentQuantile((1 + sure) / 2, n - 1) * Math.sqrt(scattered / (n * (n - 1)));
  return { runs: n, one, other, difference: one - other, low: one - other - reach, high: one - other + reach };
}

/** Student's t by its expansion about the normal, good to a hundredth from 7 degrees of freedom on. Abramowitz and Stegun (1964), 26.7.5. */
export function studentQuantile(p: number, degrees: number): number {
  const z = normalQuantile(p);
  const [z3, z5, z7] = [z ** 3, z ** 5, z ** 7];
  return z + (z3 + z) / (4 * degrees) + (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees ** 2) + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees ** 3);
}

/** Abramowitz and Stegun (1964), 26.2.23, for p above a half; its error is below 0.00045. */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  return t - (2.515517 + 0.802853 * t + 0.010328 * t ** 2) / (1 + 1.432788 * t + 0.189269 * t ** 2 + 0.001308 * t ** 3);
}
