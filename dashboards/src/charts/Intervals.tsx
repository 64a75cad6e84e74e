import type { CustomSeriesOption, EChartsOption } from 'echarts';
import { useCallback } from 'react';
import { format, type Kind } from '../format';
import { GRID, nameAxis, tooltip, valueAxis } from './axes';
import { Chart } from './Chart';
import type { Colors } from './colors';
import { escape } from './TrendChart';

export type IntervalRow = { name: string; value: number | null; low?: number; high?: number; text: string; color?: keyof Colors };

type Props = { label: string; rows: IntervalRow[]; kind: Kind; zero?: boolean; addressOf?: (row: number) => string };

/** A point per name with its interval as a whisker; with `zero`, around the line of no difference. */
export function Intervals({ label, rows, kind, zero = false, addressOf }: Props) {
  const option = useCallback(
    (colors: Colors): EChartsOption => {
      const color = (i: number) => colors[rows[i]!.color ?? 'series-1'];
      const whiskers: CustomSeriesOption = {
        type: 'custom',
        data: rows.flatMap(({ low, high }, i) => (low === undefined || high === undefined ? [] : [[low, high, i]])),
        encode: { x: [0, 1], y: 2 },
        silent: true,
        renderItem: (_, api) => {
          const row = api.value(2) as number;
          const [left, y] = api.coord([api.value(0), row]) as [number, number];
          const [right] = api.coord([api.value(1), row]) as [number];
          return { type: 'rect', shape: { x: left, y: y - 7, width: Math.max(1, right - left), height: 14, r: 4 }, style: { fill: color(row), opacity: 0.35 } };
        },
      };
      return {
        grid: { ...GRID, top: 8, right: 24 },
        xAxis: valueAxis(kind, colors, { scale: !zero }),
        yAxis: nameAxis(rows.map(({ name }) => name), 130, colors),
        tooltip: { ...tooltip(colors), formatter: (hovered) => escape(rows[(Array.isArray(hovered) ? hovered[0]! : hovered).dataIndex]!.text) },
        series: [
          whiskers,
          {
            type: 'scatter',
            symbolSize: 8,
            data: rows.map(({ value }, i) => ({ value: [value ?? '-', i], itemStyle: { color: color(i) } })),
            ...(zero && {
              markLine: { symbol: 'none', silent: true, label: { show: false }, lineStyle: { color: colors.text, type: 'solid', width: 1 }, data: [{ xAxis: 0 }] },
            }),
          },
        ],
      };
    },
    [rows, kind, zero],
  );
  return <Chart label={label} height={rows.length * 38 + 44} option={option} addressAt={addressOf} down />;
}

/** A value with its interval, in words. */
export function inWords(value: number | null, interval: { low: number; high: number } | null, kind: Kind): string {
  return interval ? `${format(value, kind)} (${format(interval.low, kind)} to ${format(interval.high, kind)})` : format(value, kind);
}
