import { format, type Kind } from '../format';
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

export function valueAxis(kind: Kind, colors: Colors, { scale = false } = {}) {
  return {
    type: 'value' as const,
    scale,
    // A share is no more than all, unless reports contradict themselves.
    ...(kind === 'SHARE' && { max: ({ max }: { max: number }) => (max > 0.8 && max <= 1 ? 1 : (null as never)) }),
    minInterval: kind === 'COUNT' ? 1 : 0,
    axisLabel: { color: colors.muted, hideOverlap: true, formatter: (value: number) => format(value, kind) },
    splitLine: { lineStyle: { color: colors.line } },
    splitNumber: 4,
  };
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
  return { type: 'scroll' as const, top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: colors.text, fontSize: 12 } };
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

/** Which bucket a moment lies in. */
export function bucketOf(moment: string, starts: string[]): number {
  const time = Date.parse(moment);
  return Math.max(0, starts.findLastIndex((start) => Date.parse(start) <= time));
}
