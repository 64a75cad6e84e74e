import type { EChartsOption } from 'echarts';
import type { ECharts } from 'echarts/core';
import { createContext, useContext, useEffect, useRef, useState, type RefObject } from 'react';
import { narrowedAddress } from '../graphiqlAddress';
import { goTo } from '../router';
import { isGuest } from '../session';
import { readColors, useColorScheme, type Colors } from './colors';
import { RENDERING, toPicture, type Heading } from './picture';

/** Fetches what draws charts. Whoever knows that one is coming does so while its figures are still on their way. */
export const fetchECharts = () => import('./echarts');

/** What is still to be drawn, in turn: the first chart is seen, and what is clicked answered, while the others are drawn. */
const waiting: Array<() => void> = [];

/** Draws at once if nothing waits, or if it must not; returns the way to give it up. */
function inTurn(draw: () => void, atOnce: boolean): () => void {
  if (atOnce) draw();
  else if (waiting.push(draw) === 1) drawNext();
  return () => {
    const i = waiting.indexOf(draw);
    if (i >= 0) waiting.splice(i, 1, () => {});
  };
}

function drawNext(): void {
  waiting[0]!();
  // After a frame, of which a page out of sight has none.
  const afterFrame = (then: () => void) => (document.hidden ? setTimeout(then) : requestAnimationFrame(() => setTimeout(then)));
  afterFrame(() => {
    waiting.shift();
    if (waiting.length > 0) drawNext();
  });
}

/** Where a chart leaves the way to its picture, for the panel around it. */
export const Picture = createContext<RefObject<ToPicture | null>>({ current: null });
export type ToPicture = (heading: Heading) => string;

type Props = {
  label: string;
  height?: number;
  option: (colors: Colors) => EChartsOption;
  /** Where a click leads: by the place of a bucket or name, and the value there. */
  addressAt?: (place: number, value: number) => string | null;
  /** Names go down the chart, rather than buckets across it. */
  down?: boolean;
  /** Takes what was dragged over, from a bucket to a bucket. */
  zoom?: (from: number, to: number) => void;
};

/** A chart, drawn again when its figures, its size or the color scheme change. */
export function Chart({ label, height = 240, option, addressAt, down = false, zoom }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const picture = useContext(Picture);
  const scheme = useColorScheme();
  const [echarts, setEcharts] = useState<typeof import('./echarts') | null>(null);
  const [missing, setMissing] = useState(false);
  const ways = useRef({ addressAt, zoom });
  ways.current = { addressAt, zoom };
  const [dragged, setDragged] = useState<{ left: number; width: number } | null>(null);

  useEffect(() => {
    fetchECharts().then(setEcharts, () => setMissing(true));
  }, []);

  const wasDrawn = useRef(false);
  useEffect(() => {
    if (!echarts) return;
    let end = () => {};
    const draw = () => {
      wasDrawn.current = true;
      end = drawIn(echarts);
    };
    // What is there already is drawn anew without going away meanwhile.
    const giveUp = inTurn(draw, wasDrawn.current);
    return () => {
      giveUp();
      end();
    };
  }, [echarts, option, scheme, picture, down]);

  function drawIn(echarts: typeof import('./echarts')): () => void {
    const colors = readColors();
    const chart = echarts.init(place.current);
    chart.setOption({ animation: false, textStyle: { fontFamily: getComputedStyle(document.documentElement).fontFamily, color: colors.text }, ...option(colors) });
    picture.current = (heading) => toPicture(chart.renderToCanvas(RENDERING), heading, colors);
    // It is called once without any change, for which nothing has to be drawn again.
    const isChanged = ({ width, height }: DOMRectReadOnly) => Math.abs(width - chart.getWidth()) >= 1 || Math.abs(height - chart.getHeight()) >= 1;
    const resizing = new ResizeObserver(([entry]) => isChanged(entry!.contentRect) && chart.resize());
    resizing.observe(place.current!);
    const stop = listen(chart, down, ways, setDragged);
    return () => {
      picture.current = null;
      stop();
      resizing.disconnect();
      chart.dispose();
    };
  }

  if (missing) {
    return <p className="state">What draws charts could not be loaded; the table has the same figures. <button type="button" onClick={() => location.reload()}>Reload</button></p>;
  }
  return (
    <div className="chart-place" data-leads={addressAt && !isGuest() ? true : undefined}>
      <div ref={place} className="chart" role="img" aria-label={label} style={{ height }} />
      {dragged && <div className="dragged" style={dragged} />}
    </div>
  );
}

const LEAST_DRAG = 8;

/** Follows clicks to what is behind them, and drags across buckets. A finger asks for the tooltip, and the table has the same links. */
function listen(chart: ECharts, down: boolean, ways: RefObject<Pick<Props, 'addressAt' | 'zoom'>>, show: (dragged: { left: number; width: number } | null) => void) {
  type At = { offsetX: number; offsetY: number; event: unknown };
  let begun: At | null = null;
  const canvas = chart.getZr();
  const isInside = ({ offsetX, offsetY }: At) => chart.containPixel('grid', [down ? chart.getWidth() / 2 : offsetX, offsetY]);
  const valueAt = ({ offsetX, offsetY }: At) => chart.convertFromPixel('grid', [offsetX, offsetY]) as unknown as [number, number];
  canvas.on('click', (at) => {
    const event = at.event as unknown as MouseEvent & { zrByTouch?: boolean };
    if (event.zrByTouch || !isInside(at) || isGuest()) return;
    const [x, y] = valueAt(at);
    const address = ways.current.addressAt?.(down ? y : x, down ? x : y);
    const query = event.altKey && address ? narrowedAddress(address) : null;
    if (query) location.assign(query);
    else if (address) goTo(address, event);
  });
  canvas.on('mousedown', (at) => {
    if (ways.current.zoom && isInside(at)) begun = at;
  });
  canvas.on('mousemove', (at) => {
    if (begun) show({ left: Math.min(begun.offsetX, at.offsetX), width: Math.abs(at.offsetX - begun.offsetX) });
  });
  canvas.on('mouseup', (at) => {
    if (!begun) return;
    const [from, to] = [begun, at].sort((a, b) => a.offsetX - b.offsetX).map((each) => valueAt(each)[0]) as [number, number];
    if (Math.abs(at.offsetX - begun.offsetX) > LEAST_DRAG && isInside(at)) ways.current.zoom!(from, to);
    forget();
  });
  function forget() {
    begun = null;
    show(null);
  }
  canvas.on('globalout', forget);
  return forget;
}
