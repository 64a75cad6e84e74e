type Hour = { startsAt: string; runs: number };

/** Fewer hours with runs say nothing of a schedule. */
const LEAST_HOURS = 9;
const HOUR_MS = 3_600_000;
const TIMES = 1.5;

/** How long it has been silent, and the longest pause before. */
export type Silence = { seconds: number; longestBefore: number };

/**
 * Whether runs that came regularly have stopped: none for longer than one and a half times the longest pause between hours with runs. Null if
 * they have not, or there are too few to say.
 *
 * @param hours every hour of the period, in order of time
 * @param lastOpen when the latest run began that has not ended, as it is among no hour's
 */
export function silenceOf(hours: Hour[], now: Date, lastOpen?: string): Silence | null {
  const starts = hours.filter(({ runs }) => runs > 0).map(({ startsAt }) => Date.parse(startsAt));
  if (starts.length < LEAST_HOURS) return null;
  const longest = Math.max(...starts.slice(1).map((start, i) => start - starts[i]!));
  const last = Math.max(starts.at(-1)!, lastOpen ? Date.parse(lastOpen) : 0);
  const silent = now.getTime() - last;
  // An hour's runs began at any minute of it.
  return silent > TIMES * longest + HOUR_MS ? { seconds: silent / 1000, longestBefore: longest / 1000 } : null;
}
