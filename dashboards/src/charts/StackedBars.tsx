import type { EChartsOption } from 'echarts';
import { useCallback } from 'react';
import { bucketAxis, bucketLabels, GRID, legend, LEGEND_HEIGHT, tooltip, valueAxis } from './axes';
import { Chart } from './Chart';
import { seriesColors, type Colors } from './colors';
import { format } from '../format';

export type Bars = { name: string; values: number[]; color?: keyof Colors };

type Props = { label: string; starts: string[]; bars: Bars[]; timeZone: string };

/** Counts per bucket of time, one on top of the other. */
export function StackedBars({ label, starts, bars, timeZone }: Props) {
  const option = useCallback(
    (colors: Colors): EChartsOption => {
      const palette = seriesColors(colors);
      return {
        grid: { ...GRID, top: LEGEND_HEIGHT },
        xAxis: bucketAxis(bucketLabels(starts, timeZone), colors),
        yAxis: valueAxis('COUNT', colors),
        legend: legend(colors),
        tooltip: { ...tooltip(colors), trigger: 'axis', axisPointer: { type: 'shadow' }, valueFormatter: (value) => format(value as number, 'COUNT') },
        series: bars.map(({ name, values, color }, i) => ({
          type: 'bar',
          stack: 'all',
          name,
          data: values,
          color: color ? colors[color] : palette[i % palette.length],
          barCategoryGap: '20%',
        })),
      };
    },
    [starts, bars, timeZone],
  );
  return <Chart label={label} option={option} />;
}
