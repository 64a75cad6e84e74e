import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The colours of the style sheet: first the light ones, then what the dark scheme has in their place. */
const css = readFileSync(join(import.meta.dirname, '../style.css'), 'utf8');
const [light, dark] = css.split('@media (prefers-color-scheme: dark)').slice(0, 2).map(declared) as [Record<string, string>, Record<string, string>];
const SCHEMES = { light, dark: { ...light, ...dark } };

function declared(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, color]) => [name, color]));
}

type Rgb = [number, number, number];

/** Linear light. */
function linear(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as Rgb;
}

/** What dichromats see, as far as science can say: Machado, Oliveira and Fernandes (2009), severity 1, on linear light. */
const EYES: Record<string, number[][]> = {
  trichromat: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  deuteranope: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  protanope: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
};

function seen(color: string, eye: string): Rgb {
  const rgb = linear(color);
  return EYES[eye]!.map((row) => Math.min(1, Math.max(0, row.reduce((sum, weight, i) => sum + weight * rgb[i]!, 0)))) as Rgb;
}

/** Oklab, in which a distance of 0.02 is just noticeable. https://bottosson.github.io/posts/oklab */
function oklab([r, g, b]: Rgb): Rgb {
  const [l, m, s] = [
    Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
    Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
    Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
  ] as Rgb;
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function distance(one: string, other: string, eye: string): number {
  const [a, b] = [oklab(seen(one, eye)), oklab(seen(other, eye))];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** After WCAG 2. */
function contrast(one: string, other: string): number {
  const [a, b] = [one, other].map((color) => linear(color)).map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b).sort((x, y) => y - x) as [number, number];
  return (a + 0.05) / (b + 0.05);
}

const pairs = (names: string[]) => names.flatMap((one, i) => names.slice(i + 1).map((other) => [one, other] as const));
const STATUSES = ['success', 'partial', 'failed', 'running'];
const SERIES = Array.from({ length: 8 }, (_, i) => `series-${i + 1}`);

for (const [scheme, colors] of Object.entries(SCHEMES)) {
  test(`in the ${scheme} scheme, what is drawn stands out from what it is drawn on`, () => {
    for (const name of [...STATUSES, ...SERIES]) expect(contrast(colors[name]!, colors.surface!), name).toBeGreaterThanOrEqual(3);
    for (const name of ['text', 'muted', 'better', 'worse', 'accent']) expect(contrast(colors[name]!, colors.surface!), name).toBeGreaterThanOrEqual(4.5);
  });

  for (const eye of Object.keys(EYES)) {
    test(`in the ${scheme} scheme, a ${eye} can tell statuses apart, and series`, () => {
      for (const [one, other] of pairs(STATUSES)) expect(distance(colors[one]!, colors[other]!, eye), `${one} and ${other}`).toBeGreaterThanOrEqual(0.12);
      for (const [one, other] of pairs(SERIES)) expect(distance(colors[one]!, colors[other]!, eye), `${one} and ${other}`).toBeGreaterThanOrEqual(0.1);
    });
  }
}
