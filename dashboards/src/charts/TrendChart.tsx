import type { EChartsOption, SeriesOption } from 'echarts';
import { useCallback } from 'react';
import { format } from '../format';
import type { Changes, Series, VersionStart } from '../queries/generated';
import { areTelling, bucketAxis, bucketLabels, bucketOf, eventMarks, GRID, legend, LEGEND_HEIGHT, partsOf, rangeOf, tooltip, valueAxis } from './axes';
import { Chart } from './Chart';
import { seriesColors, type Colors } from './colors';
import { slotOf } from './slots';

type Props = {
  label: string;
  series: Series[];
  timeZone: string;
  changes?: Changes['changes'];
  /** Versions of prompts, of the arbiter's configuration: each list by itself. */
  versions?: VersionStart[][];
  /** The runs behind a point: by its bucket and the key of its series. */
  addressOf?: (bucket: number, key: string | null) => string;
  zoom?: (from: number, to: number) => void;
  events?: Array<{ at: string }> | null;
  /** What a rule compares values with. */
  threshold?: number | null;
  /** When it fired. */
  firings?: Array<{ firedAt: string; resolvedAt?: string | null }>;
};

/** Lines over time: a single one with the band of its interval, and with the moments at which something changed. */
export function TrendChart({ label, series, timeZone, changes, versions, addressOf, zoom, events, threshold, firings }: Props) {
  const option = useCallback(
    (colors: Colors): EChartsOption => {
      const { unit, points } = series[0]!;
      const starts = points.map(({ startsAt }) => startsAt);
      const labels = bucketLabels(starts, timeZone);
      const single = series.length === 1;
      const palette = seriesColors(colors);
      const parts = partsOf(points);
      const range = rangeOf(series.flatMap((each) => each.points.flatMap(({ value }) => value ?? [])).concat(threshold ?? []), unit);
      const lines: SeriesOption[] = series.flatMap((each, i): SeriesOption[] => {
        const values = each.points.map(({ value }) => value);
        const line = {
          type: 'line' as const,
          name: each.key ?? (single ? label : 'Not reported'),
          color: palette[single || each.key === null ? 0 : slotOf(each.key)],
          symbolSize: 5,
          showSymbol: starts.length <= 45 || isSparse(each),
          z: 3,
        };
        // What is there in part only is drawn as on its way: dashed, and with hollow points.
        const toParts = values.map((value, at) => (parts[at] || parts[at - 1] || parts[at + 1] ? value : null));
        return [
          { ...line, data: values.map((value, at) => (parts[at] ? null : value)), lineStyle: { width: 2 }, ...(i === 0 && { markLine: { symbol: 'none', silent: true, data: [...(single ? marks(starts, changes ?? [], versions ?? [], colors) : []), ...eventMarks(events, starts, colors), ...limit(threshold, unit, colors)] }, markArea: { silent: true, itemStyle: { color: colors.worse, opacity: 0.22 }, data: areas(firings, starts) } }) },
          ...(parts.includes(true) ? [{ ...line, id: `in part ${i}`, data: toParts.map((value, at) => ({ value, symbol: parts[at] ? 'emptyDiamond' : 'none', symbolSize: 8 })), showSymbol: true, lineStyle: { width: 2, type: 'dotted' as const } }] : []),
        ];
      });
      return {
        grid: { ...GRID, top: single ? 24 : LEGEND_HEIGHT },
        xAxis: bucketAxis(labels, colors),
        yAxis: valueAxis(unit, colors, { scale: true, range }),
        ...(!single && { legend: legend(colors) }),
        tooltip: {
          ...tooltip(colors),
          trigger: 'axis',
          formatter: (hovered) => {
            const i = (Array.isArray(hovered) ? hovered[0]! : hovered).dataIndex;
            const rows = series.map((each) => `${single ? '' : `${escape(each.key ?? 'Not reported')}: `}${describe(each.points[i]!, unit)}`);
            return [`<b>${labels[i]}${parts[i] ? ', in part' : ''}</b>`, ...rows].join('<br>');
          },
        },
        series: single ? [...band(series[0]!, range, palette[0]!), ...lines] : lines,
      };
    },
    [label, series, timeZone, changes, versions, events, threshold, firings],
  );
  // The point of the bucket that is nearest to a value.
  const addressAt = (bucket: number, value: number) => {
    const near = series
      .filter(({ points }) => points[bucket] && points[bucket].runs > 0)
      .sort((a, b) => Math.abs((a.points[bucket]!.value ?? Infinity) - value) - Math.abs((b.points[bucket]!.value ?? Infinity) - value))[0];
    return near ? addressOf!(bucket, near.key) : null;
  };
  return <Chart label={`${label} over time`} option={option} addressAt={addressOf && addressAt} zoom={zoom} />;
}

function describe({ value, interval, runs }: Series['points'][number], unit: Series['unit']): string {
  const between = interval ? ` (${format(interval.low, unit)} to ${format(interval.high, unit)})` : '';
  return `${format(value, unit)}${between}, ${format(runs, 'COUNT')} runs`;
}

/** The interval as two stacked areas, the lower one unseen, as far as the axis reaches; none where it would cover the chart. */
function band({ points }: Series, range: { min: number; max: number } | undefined, color: string): SeriesOption[] {
  if (!range || !areTelling(points.map(({ interval }) => interval), range)) return [];
  const drawn = points.map(({ interval }) => interval && [Math.max(interval.low, range.min), Math.min(interval.high, range.max)] as const);
  const area = { type: 'line', stack: 'band', symbol: 'none', lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } } as const;
  return [
    { ...area, data: drawn.map((interval) => interval?.[0] ?? null) },
    { ...area, data: drawn.map((interval) => interval && interval[1] - interval[0]), areaStyle: { color, opacity: 0.18 } },
  ];
}

function marks(starts: string[], changes: Changes['changes'], versions: VersionStart[][], colors: Colors) {
  return [
    ...named(versions.flatMap(begunWithin).sort(byStart), starts).map(({ at, name, align }) => ({
      xAxis: at,
      lineStyle: { color: colors.muted, type: 'dashed' as const, width: 1 },
      label: { formatter: name, color: colors.muted, distance: 4, align },
    })),
    ...changes.map(({ at, better }) => ({
      xAxis: bucketOf(at, starts),
      lineStyle: { color: better ? colors.better : colors.worse, type: 'solid' as const, width: 1.5 },
      label: { formatter: better ? '▲' : '▼', color: better ? colors.better : colors.worse, position: 'insideStartTop' as const, rotate: 0, distance: 6 },
    })),
  ];
}

function limit(threshold: number | null | undefined, unit: Series['unit'], colors: Colors) {
  if (threshold === null || threshold === undefined) return [];
  return [{ yAxis: threshold, lineStyle: { color: colors.worse, type: 'dashed' as const, width: 1.5 }, label: { formatter: format(threshold, unit), color: colors.worse, position: 'insideEndTop' as const } }];
}

/** From bucket to bucket, at least one of them wide. */
function areas(firings: Props['firings'], starts: string[]): Array<[{ xAxis: number }, { xAxis: number }]> {
  const last = starts.length - 1;
  return (firings ?? []).map(({ firedAt, resolvedAt }) => {
    const from = Math.min(bucketOf(firedAt, starts), Math.max(0, last - 1));
    return [{ xAxis: from }, { xAxis: Math.max(from + 1, resolvedAt ? bucketOf(resolvedAt, starts) : last) }];
  });
}

const byStart = (a: VersionStart, b: VersionStart) => a.firstSeen!.localeCompare(b.firstSeen!);

/** Of versions those that began in the period: the first one that it shows has not changed in it. */
export function begunWithin(versions: VersionStart[]): VersionStart[] {
  return versions.filter(({ firstSeen }) => firstSeen).sort(byStart).slice(1);
}

const LETTERS_ACROSS = 60;

/** Where versions begin, with their names as far as there is room: those that came last first. */
function named(versions: VersionStart[], starts: string[]) {
  let right = Infinity;
  return versions.reverse().map(({ key, firstSeen }) => {
    const at = bucketOf(firstSeen!, starts);
    const across = (at / starts.length) * LETTERS_ACROSS;
    const name = key ?? 'no version';
    // Near the right edge there is room to the left only.
    const align = across + name.length / 2 > LETTERS_ACROSS ? ('right' as const) : ('center' as const);
    const end = align === 'right' ? across : across + name.length / 2;
    const fits = end < right;
    if (fits) right = end - name.length - 1;
    return { at, name: fits ? name : '', align };
  });
}

/** Whether a line would leave out points, as their neighbours have no value. */
function isSparse({ points }: Series): boolean {
  return points.some(({ value }, i) => value !== null && (points[i - 1]?.value ?? null) === null && (points[i + 1]?.value ?? null) === null);
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

