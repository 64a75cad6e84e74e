import { useSyncExternalStore } from 'react';

const NAMES = [
  'text', 'muted', 'line', 'surface', 'accent', 'success', 'partial', 'failed', 'running', 'better', 'worse',
  'series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6', 'series-7', 'series-8',
] as const;

export type Colors = Record<(typeof NAMES)[number], string>;

/** The colors of the style sheet, as the reader's color scheme has them. */
export function readColors(): Colors {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Colors;
}

export function seriesColors(colors: Colors): string[] {
  return NAMES.filter((name) => name.startsWith('series-')).map((name) => colors[name]);
}

const dark = matchMedia('(prefers-color-scheme: dark)');

export function useColorScheme(): 'light' | 'dark' {
  return useSyncExternalStore(
    (listener) => {
      dark.addEventListener('change', listener);
      return () => dark.removeEventListener('change', listener);
    },
    () => (dark.matches ? 'dark' : 'light'),
  );
}
