import type { EChartsOption } from 'echarts';
import { createContext, useContext, useEffect, useRef, useState, type RefObject } from 'react';
import { readColors, useColorScheme, type Colors } from './colors';

/** Where a chart leaves the way to its picture, for the panel around it. */
export const Picture = createContext<RefObject<(() => string) | null>>({ current: null });

type Props = { label: string; height?: number; option: (colors: Colors) => EChartsOption };

/** A chart, drawn again when its figures, its size or the color scheme change. */
export function Chart({ label, height = 240, option }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const picture = useContext(Picture);
  const scheme = useColorScheme();
  const [echarts, setEcharts] = useState<typeof import('./echarts') | null>(null);

  useEffect(() => {
    void import('./echarts').then(setEcharts);
  }, []);

  useEffect(() => {
    if (!echarts) return;
    const colors = readColors();
    const chart = echarts.init(place.current);
    chart.setOption({ animation: false, textStyle: { fontFamily: getComputedStyle(document.documentElement).fontFamily, color: colors.text }, ...option(colors) });
    picture.current = () => chart.getDataURL({ pixelRatio: 2, backgroundColor: colors.surface });
    const resizing = new ResizeObserver(() => chart.resize());
    resizing.observe(place.current!);
    return () => {
      picture.current = null;
      resizing.disconnect();
      chart.dispose();
    };
  }, [echarts, option, scheme, picture]);

  return <div ref={place} className="chart" role="img" aria-label={label} style={{ height }} />;
}
