import type { EChartsOption } from 'echarts';
import { useCallback } from 'react';
import { bucketAxis, bucketLabels, eventMarks, GRID, legend, LEGEND_HEIGHT, tooltip, valueAxis } from './axes';
import { Chart } from './Chart';
import { seriesColors, type Colors } from './colors';
import { format, type Kind } from '../format';
import { slotOf } from './slots';

export type Bars = { name: string; values: number[]; color?: keyof Colors };

type Props = {
  label: string;
  starts: string[];
  bars: Bars[];
  timeZone: string;
  /** Which buckets are there in part only. */
  parts?: boolean[];
  kind?: Kind;
  height?: number;
  events?: Array<{ at: string }> | null;
  /** The runs behind a bar: by its bucket and its place among the bars. */
  addressOf: (bucket: number, bar: number) => string;
  zoom: (from: number, to: number) => void;
};

/** Counts per bucket of time, one on top of the other. */
export function StackedBars({ label, starts, bars, timeZone, parts, kind = 'COUNT', height, events, addressOf, zoom }: Props) {
  const option = useCallback(
    (colors: Colors): EChartsOption => {
      const palette = seriesColors(colors);
      return {
        grid: { ...GRID, top: LEGEND_HEIGHT },
        xAxis: bucketAxis(bucketLabels(starts, timeZone).map((name, i) => (parts?.[i] ? `${name}, in part` : name)), colors),
        yAxis: valueAxis(kind, colors),
        legend: legend(colors),
        tooltip: { ...tooltip(colors), trigger: 'axis', axisPointer: { type: 'shadow' }, valueFormatter: (value) => format(value as number, kind) },
        series: bars.map(({ name, values, color }, first) => ({
          type: 'bar',
          stack: 'all',
          name,
          data: values.map((value, i) => (parts?.[i] ? { value, itemStyle: { opacity: 0.45, borderType: 'dashed' as const, borderWidth: 1, borderColor: colors.muted } } : value)),
          color: color ? colors[color] : palette[slotOf(name)],
          barCategoryGap: '20%',
          ...(first === 0 && { markLine: { symbol: 'none', silent: true, data: eventMarks(events, starts, colors) } }),
        })),
      };
    },
    [starts, bars, timeZone, parts, kind, events],
  );
  // Which of the bars upon each other lies at a height; above them, the topmost.
  const addressAt = (bucket: number, height: number) => {
    let top = 0;
    let last = 0;
    for (const [i, { values }] of bars.entries()) {
      if (!values[bucket]) continue;
      top += values[bucket];
      last = i;
      if (height <= top) break;
    }
    return top > 0 ? addressOf(bucket, last) : null;
  };
  return <Chart label={label} height={height} option={option} addressAt={addressAt} zoom={zoom} />;
}
