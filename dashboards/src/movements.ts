import type { Movement } from './queries/generated';

/** How likely chance is to make one of all movements looked at; beyond that, none is spoken of. */
const MOST_CHANCE = 0.05;

export type Moved = Movement & { adjustedPValue: number; worse: boolean };

/**
 * Which of many movements are more than noise, the clearest first: p-values after Benjamini and Hochberg, over all of them.
 *
 * @see https://doi.org/10.1111/j.2517-6161.1995.tb02031.x
 */
export function clearMovements<Each extends Movement>(series: Each[]): Array<Each & Moved> {
  const judged = series.filter(({ verdict }) => verdict.pValue !== null).sort((a, b) => a.verdict.pValue! - b.verdict.pValue!);
  let adjusted = 1;
  return judged
    .map((each, i) => ({ each, rank: i + 1 }))
    .reverse()
    .map(({ each, rank }): Each & Moved => {
      adjusted = Math.min(adjusted, (each.verdict.pValue! * judged.length) / rank);
      const rising = (each.verdict.slopePerWeek ?? 0) > 0;
      return { ...each, adjustedPValue: adjusted, worse: each.polarity !== 'UNKNOWN' && rising === (each.polarity === 'LOWER_IS_BETTER') };
    })
    .reverse()
    .filter(({ adjustedPValue, verdict }) => adjustedPValue < MOST_CHANCE && verdict.slopePerWeek !== 0);
}

export type Interval = { low: number; high: number };

/**
 * Where the true difference between two values lies, from the interval of each: the method of variance estimates recovery.
 *
 * @see https://doi.org/10.1002/sim.3095
 */
export function differenceOf(now: number, nowIn: Interval, before: number, beforeIn: Interval): Interval {
  const difference = now - before;
  return {
    low: difference - Math.hypot(now - nowIn.low, beforeIn.high - before),
    high: difference + Math.hypot(nowIn.high - now, before - beforeIn.low),
  };
}
