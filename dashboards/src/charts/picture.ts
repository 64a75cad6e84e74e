import type { Colors } from './colors';

/** What a picture says above its chart: what it shows, and of which runs. */
export type Heading = { title: string; about: string };

const RATIO = 2;
const MARGIN = 12;
const HEADING_HEIGHT = 52;

/** How a chart is rendered for a picture: fine enough to be printed. */
export const RENDERING = { pixelRatio: RATIO };

/** A chart as an image's address, with a heading, so that it can be passed on without the page around it. */
export function toPicture(chart: HTMLCanvasElement, { title, about }: Heading, colors: Colors): string {
  const picture = document.createElement('canvas');
  picture.width = chart.width + 2 * MARGIN * RATIO;
  picture.height = chart.height + (HEADING_HEIGHT + MARGIN) * RATIO;
  const brush = picture.getContext('2d')!;
  brush.fillStyle = colors.surface;
  brush.fillRect(0, 0, picture.width, picture.height);
  brush.drawImage(chart, MARGIN * RATIO, HEADING_HEIGHT * RATIO);
  brush.scale(RATIO, RATIO);
  const write = (text: string, y: number, font: string, color: string) => {
    brush.font = `${font} ${getComputedStyle(document.documentElement).fontFamily}`;
    brush.fillStyle = color;
    brush.fillText(text, MARGIN, y, chart.width / RATIO);
  };
  write(title, 24, '650 15px', colors.text);
  write(about, 42, '12px', colors.muted);
  return picture.toDataURL();
}
