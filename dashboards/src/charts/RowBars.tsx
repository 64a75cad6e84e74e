import type { EChartsOption } from 'echarts';
import { useCallback } from 'react';
import type { Kind } from '../format';
import { GRID, nameAxis, valueAxis } from './axes';
import { Chart } from './Chart';
import type { Colors } from './colors';

export type RowBar = { name: string; value: number; text: string; color?: keyof Colors };

type Props = { label: string; bars: RowBar[]; kind: Kind; addressOf?: (bar: number) => string };

/** One bar per name, from top to bottom, each with its figures beside it. */
export function RowBars({ label, bars, kind, addressOf }: Props) {
  const option = useCallback(
    (colors: Colors): EChartsOption => ({
      // Beside the longest bar there is room for its figures.
      grid: { ...GRID, top: 4, right: 120 },
      xAxis: { ...valueAxis(kind, colors), show: false, max: 'dataMax' },
      yAxis: nameAxis(bars.map(({ name }) => name), 110, colors),
      series: [
        {
          type: 'bar',
          barMaxWidth: 22,
          silent: true,
          data: bars.map(({ value, text, color = 'series-1' }) => ({
            value,
            itemStyle: { color: colors[color], borderRadius: 2 },
            label: { show: true, position: 'right', color: colors.text, formatter: () => text },
          })),
        },
      ],
    }),
    [bars, kind],
  );
  return <Chart label={label} height={bars.length * 34 + 16} option={option} addressAt={addressOf} down />;
}
