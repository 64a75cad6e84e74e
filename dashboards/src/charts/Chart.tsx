import type { EChartsOption } from 'echarts';
import { createContext, useContext, useEffect, useRef, useState, type MouseEvent, type RefObject } from 'react';
import { LEGEND_HEIGHT } from './axes';
import { readColors, useColorScheme, type Colors } from './colors';
import { RENDERING, toPicture, type Heading } from './picture';

/** Fetches what draws charts. Whoever knows that one is coming does so while its figures are still on their way. */
export const fetchECharts = () => import('./echarts');

/** Where a chart leaves the way to its picture, for the panel around it. */
export const Picture = createContext<RefObject<ToPicture | null>>({ current: null });
export type ToPicture = (heading: Heading) => string;

type Props = { label: string; height?: number; option: (colors: Colors) => EChartsOption };

/** A chart, drawn again when its figures, its size or the color scheme change. */
export function Chart({ label, height = 240, option }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const hasLegend = useRef(false);
  const picture = useContext(Picture);
  const scheme = useColorScheme();
  const [echarts, setEcharts] = useState<typeof import('./echarts') | null>(null);

  useEffect(() => {
    void fetchECharts().then(setEcharts);
  }, []);

  useEffect(() => {
    if (!echarts) return;
    const colors = readColors();
    const chart = echarts.init(place.current);
    const drawn = option(colors);
    hasLegend.current = drawn.legend !== undefined;
    chart.setOption({ animation: false, textStyle: { fontFamily: getComputedStyle(document.documentElement).fontFamily, color: colors.text }, ...drawn });
    picture.current = (heading) => toPicture(chart.renderToCanvas(RENDERING), heading, colors);
    const resizing = new ResizeObserver(() => chart.resize());
    resizing.observe(place.current!);
    return () => {
      picture.current = null;
      resizing.disconnect();
      chart.dispose();
    };
  }, [echarts, option, scheme, picture]);

  // What is done to the legend is done, and asks for nothing else.
  const keepToLegend = (event: MouseEvent<HTMLDivElement>) => {
    const depth = event.clientY - event.currentTarget.getBoundingClientRect().top;
    if (hasLegend.current && depth < LEGEND_HEIGHT) event.preventDefault();
  };
  return <div ref={place} className="chart" role="img" aria-label={label} style={{ height }} onClick={keepToLegend} />;
}
