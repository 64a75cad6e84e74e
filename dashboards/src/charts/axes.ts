import { formatOnAxis, type Kind } from '../format';
import type { Colors } from './colors';

/** Of a usual letter of a chart, at most. */
const LETTER_WIDTH = 8;

/** What the legend takes of a chart, above its plot. */
export const LEGEND_HEIGHT = 34;

/** Leaves just the room that the labels of the axes need. */
export const GRID = { left: 8, right: 16, top: 24, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' } as const;

export function bucketAxis(labels: string[], colors: Colors) {
  return {
    type: 'category' as const,
    data: labels,
    axisLabel: { color: colors.muted, hideOverlap: true, alignMinLabel: 'left' as const, alignMaxLabel: 'right' as const },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colors.line } },
  };
}

/** Names from top to bottom, broken where they are longer than the width, which is no more than they need. */
export function nameAxis(names: string[], width: number, colors: Colors) {
  const longest = Math.max(...names.map((name) => name.length));
  return {
    type: 'category' as const,
    inverse: true,
    data: names,
    axisLabel: { color: colors.text, width: Math.min(width, longest * LETTER_WIDTH), overflow: 'break' as const, lineHeight: 14 },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colors.line }, onZero: false },
  };
}

type Range = { min: number; max: number; interval: number };

export function valueAxis(kind: Kind, colors: Colors, { scale = false, range }: { scale?: boolean; range?: Range } = {}) {
  return {
    type: 'value' as const,
    scale,
    // A share is no more than all, unless reports contradict themselves.
    ...(kind === 'SHARE' && { max: ({ max }: { max: number }) => (max > 0.8 && max <= 1 ? 1 : (null as never)) }),
    minInterval: kind === 'COUNT' ? 1 : 0,
    axisLabel: { color: colors.muted, hideOverlap: true, formatter: (value: number) => formatOnAxis(value, kind) },
    splitLine: { lineStyle: { color: colors.line } },
    splitNumber: 4,
    ...range,
  };
}

/**
 * From where to where values are drawn: as far as they reach, and half as far again. Intervals of single days can reach from nothing to
 * everything; an axis that showed all of them would show nothing else.
 */
export function rangeOf(values: number[], kind: Kind): Range | undefined {
  if (values.length === 0) return undefined;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max((most - least) / 2, kind === 'SHARE' ? 0.05 : Math.abs(most) * 0.1) || 1;
  const interval = roundStep((most - least + 2 * room) / 4);
  // Sums of fractions are a little off.
  const min = Number((Math.floor((least - room) / interval + 1e-9) * interval).toPrecision(12));
  const max = Number((Math.ceil((most + room) / interval - 1e-9) * interval).toPrecision(12));
  // Nothing that is measured is below nothing, and no share above all, unless reports contradict themselves.
  return { min: least >= 0 ? Math.max(0, min) : min, max: kind === 'SHARE' && most <= 1 ? Math.min(1, max) : max, interval };
}

/** Whether intervals say more than that anything is possible: at least half of them take less than half of the axis. */
export function areTelling(intervals: Array<{ low: number; high: number } | null>, range: { min: number; max: number }): boolean {
  const widths = intervals.flatMap((each) => (each ? each.high - each.low : [])).sort((a, b) => a - b);
  return widths.length > 0 && widths[Math.floor(widths.length / 2)]! < (range.max - range.min) / 2;
}

/** The least of 1, 2, 2.5 and 5 times a power of ten that is no smaller. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least) + 1e-9);
  return Number((power * [1, 2, 2.5, 5, 10].find((each) => each >= least / power - 1e-9)!).toPrecision(12));
}

/** Which buckets are there in part only: the period begins or ends within them. */
export function partsOf(points: Array<{ startsAt: string; endsAt: string }>): boolean[] {
  const lengths = points.map(({ startsAt, endsAt }) => Date.parse(endsAt) - Date.parse(startsAt));
  const usual = [...lengths].sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;
  // Months and days of clock change differ by less.
  return lengths.map((length, i) => (i === 0 || i === lengths.length - 1) && length < usual * 0.85);
}

export function tooltip(colors: Colors) {
  return {
    confine: true,
    backgroundColor: colors.surface,
    borderColor: colors.line,
    textStyle: { color: colors.text, fontSize: 12 },
  };
}

export function legend(colors: Colors) {
  return { type: 'scroll' as const, top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: colors.text, fontSize: 12, lineHeight: 18 } };
}

/** Names for buckets by the length of most of them, in the time zone whose buckets they are. */
export function bucketLabels(starts: string[], timeZone: string): string[] {
  const step = starts.length > 2 ? Date.parse(starts[2]!) - Date.parse(starts[1]!) : 0;
  const hours = step / 3_600_000;
  const years = new Set(starts.map((start) => start.slice(0, 4))).size > 1;
  const options: Intl.DateTimeFormatOptions =
    hours > 24 * 27
      ? { year: 'numeric', month: 'short' }
      : { month: 'short', day: 'numeric', ...(years && { year: '2-digit' }), ...(hours && hours < 20 && { hour: 'numeric', minute: '2-digit' }) };
  const label = new Intl.DateTimeFormat(undefined, { timeZone, ...options });
  return starts.map((start) => label.format(new Date(start)));
}

/** Moments at which something happened around the runs, as marks across a chart; one for all of a bucket. */
export function eventMarks(events: Array<{ at: string }> | null | undefined, starts: string[], colors: Colors) {
  const within = (events ?? []).filter(({ at }) => starts.length > 0 && Date.parse(at) >= Date.parse(starts[0]!));
  return [...new Set(within.map(({ at }) => bucketOf(at, starts)))].map((at) => ({
    xAxis: at,
    lineStyle: { color: colors.text, type: 'dotted' as const, width: 1.5 },
    label: { formatter: '◆', color: colors.text, position: 'end' as const, distance: 2 },
  }));
}

/** Which bucket a moment lies in. */
export function bucketOf(moment: string, starts: string[]): number {
  const time = Date.parse(moment);
  return Math.max(0, starts.findLastIndex((start) => Date.parse(start) <= time));
}
