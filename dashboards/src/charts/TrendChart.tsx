import type { EChartsOption, SeriesOption } from 'echarts';
import { useCallback } from 'react';
import { format } from '../format';
import type { Changes, Series, VersionStart } from '../queries/generated';
import { bucketAxis, bucketLabels, bucketOf, GRID, legend, LEGEND_HEIGHT, tooltip, valueAxis } from './axes';
import { Chart } from './Chart';
import { seriesColors, type Colors } from './colors';

type Props = {
  label: string;
  series: Series[];
  timeZone: string;
  changes?: Changes['changes'];
  versions?: VersionStart[];
};

/** Lines over time: a single one with the band of its interval, and with the moments at which something changed. */
export function TrendChart({ label, series, timeZone, changes, versions }: Props) {
  const option = useCallback(
    (colors: Colors): EChartsOption => {
      const { unit, points } = series[0]!;
      const starts = points.map(({ startsAt }) => startsAt);
      const labels = bucketLabels(starts, timeZone);
      const single = series.length === 1;
      const palette = seriesColors(colors);
      const lines: SeriesOption[] = series.map((each, i) => ({
        type: 'line',
        name: each.key ?? (single ? label : 'Not reported'),
        data: each.points.map(({ value }) => value),
        color: palette[i % palette.length],
        lineStyle: { width: 2 },
        symbolSize: 5,
        showSymbol: starts.length <= 45 || isSparse(each),
        z: 3,
        ...(single && { markLine: marks(starts, changes ?? [], versions ?? [], colors) }),
      }));
      return {
        grid: { ...GRID, top: single ? 24 : LEGEND_HEIGHT },
        xAxis: bucketAxis(labels, colors),
        yAxis: valueAxis(unit, colors, { scale: true }),
        ...(!single && { legend: legend(colors) }),
        tooltip: {
          ...tooltip(colors),
          trigger: 'axis',
          formatter: (hovered) => {
            const i = (Array.isArray(hovered) ? hovered[0]! : hovered).dataIndex;
            const rows = series.map((each) => `${single ? '' : `${escape(each.key ?? 'Not reported')}: `}${describe(each.points[i]!, unit)}`);
            return [`<b>${labels[i]}</b>`, ...rows].join('<br>');
          },
        },
        series: single ? [...band(series[0]!, palette[0]!), ...lines] : lines,
      };
    },
    [label, series, timeZone, changes, versions],
  );
  return <Chart label={`${label} over time`} option={option} />;
}

function describe({ value, interval, runs }: Series['points'][number], unit: Series['unit']): string {
  const between = interval ? ` (${format(interval.low, unit)} to ${format(interval.high, unit)})` : '';
  return `${format(value, unit)}${between}, ${format(runs, 'COUNT')} runs`;
}

/**
 * The interval as two stacked areas, the lower one unseen. Intervals of amounts can be so wide that the line would be flat;
 * they are drawn as far as the values reach, and as much again to either side.
 */
function band({ points, unit }: Series, color: string): SeriesOption[] {
  const values = points.flatMap(({ value }) => value ?? []);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = unit === 'SHARE' ? Infinity : most - least || most;
  const drawn = points.map(({ interval }) => interval && [Math.max(interval.low, least - room), Math.min(interval.high, most + room)] as const);
  const area = { type: 'line', stack: 'band', symbol: 'none', lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } } as const;
  return [
    { ...area, data: drawn.map((interval) => interval?.[0] ?? null) },
    { ...area, data: drawn.map((interval) => interval && interval[1] - interval[0]), areaStyle: { color, opacity: 0.18 } },
  ];
}

function marks(starts: string[], changes: Changes['changes'], versions: VersionStart[], colors: Colors) {
  // The first version that the period shows has not changed in it.
  const later = versions.filter(({ firstSeen }) => firstSeen).sort((a, b) => a.firstSeen!.localeCompare(b.firstSeen!)).slice(1);
  return {
    symbol: 'none',
    silent: true,
    data: [
      ...named(later, starts).map(({ at, name, align }) => ({
        xAxis: at,
        lineStyle: { color: colors.muted, type: 'dashed' as const, width: 1 },
        label: { formatter: name, color: colors.muted, distance: 4, align },
      })),
      ...changes.map(({ at, better }) => ({
        xAxis: bucketOf(at, starts),
        lineStyle: { color: better ? colors.better : colors.worse, type: 'solid' as const, width: 1.5 },
        label: { formatter: better ? '▲' : '▼', color: better ? colors.better : colors.worse, position: 'insideStartTop' as const, rotate: 0, distance: 6 },
      })),
    ],
  };
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

