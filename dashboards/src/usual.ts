/** What runs like this one usually had. */
export type Usual = { runs: number; median: number; low: number; high: number };

/** Fewer runs say nothing of what is usual. */
const LEAST_RUNS = 8;
const CUTOFF = 3.5;

/** Median, and the range of nine runs in ten; null if there are too few. */
export function usualOf(values: number[]): Usual | null {
  if (values.length < LEAST_RUNS) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return { runs: sorted.length, median: quantile(sorted, 0.5), low: quantile(sorted, 0.05), high: quantile(sorted, 0.95) };
}

/**
 * Whether a value is an outlier among others: by its distance from their median, in medians of such distances. If more than half are alike,
 * their mean is taken in place of the median.
 *
 * @see Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers
 */
export function isUnusual(value: number, values: number[]): boolean {
  const usual = usualOf(values);
  // What one run in twenty has is not out of the ordinary.
  if (!usual || (value >= usual.low && value <= usual.high)) return false;
  const distances = values.map((each) => Math.abs(each - usual.median)).sort((a, b) => a - b);
  const scale = 1.4826 * quantile(distances, 0.5) || 1.2533 * (distances.reduce((sum, each) => sum + each, 0) / distances.length);
  const distance = Math.abs(value - usual.median);
  return scale === 0 ? distance > 0 : distance / scale > CUTOFF;
}

function quantile(sorted: number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (above - below) * (at - Math.floor(at));
}
