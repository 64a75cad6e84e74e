import { useSyncExternalStore, type MouseEvent } from 'react';

const MOVED = 'runledger.moved';

/** How far down each entry of the history was scrolled, and whether the reader has come back to this one. */
const tops = new Map<number, number>();
let cameBack = false;
let restoring: AbortController | null = null;
const RESTORED_WITHIN_MS = 3000;

/** A figure with its query, by which the reader goes to its runs. */
export type Figure = { name: string; title: string; variables: Record<string, unknown> };
let clicked: Figure | null = null;

/** Notes what the reader clicks in, for the page that the click leads to. */
export function clickedIn(figure: Figure): void {
  clicked = figure;
  setTimeout(() => (clicked = null));
}

/** The figure that is being clicked in; null while none is. */
export const clickedFigure = (): Figure | null => clicked;

/** The figure by which the reader came to this page; null if by none. */
export const figureBefore = (): Figure | null => history.state?.figure ?? null;

const entry = (): number => history.state?.entry ?? 0;

/** Path and query of the address, as the page shows it. */
export function useAddress(): URL {
  return new URL(useSyncExternalStore(onMove, () => location.href));
}

/** Whether the page that is shown was left and come back to, so that it should be as it was. */
export const isBack = () => cameBack;

export function go(address: string, { replace = false } = {}): void {
  cameBack = false;
  restoring?.abort();
  restoring = null;
  if (replace) history.replaceState(history.state, '', address);
  else history.pushState({ entry: entry() + 1, from: location.pathname + location.search, figure: clicked }, '', address);
  dispatchEvent(new Event(MOVED));
}

/** Follows a link within the application; clicks that mean a new tab or window stay the browser's. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  goTo(event.currentTarget.href);
}

/** Goes back if the reader came from there, so that it is as it was; else there. */
export function followBack(event: MouseEvent<HTMLAnchorElement>): void {
  const from = history.state?.from as string | undefined;
  if (from === undefined || normal(from) !== normal(event.currentTarget.href) || event.metaKey || event.ctrlKey || event.shiftKey) return follow(event);
  event.preventDefault();
  history.back();
}

/** An address whatever the order of its parameters. */
function normal(address: string): string {
  const { pathname, searchParams } = new URL(address, location.href);
  searchParams.sort();
  return `${pathname}?${searchParams}`;
}

/** Goes to a page, and to its beginning; in a new tab for a click that means one. */
export function goTo(address: string, { ctrlKey, metaKey, shiftKey }: Partial<Pick<MouseEvent, 'ctrlKey' | 'metaKey' | 'shiftKey'>> = {}): void {
  if (ctrlKey || metaKey || shiftKey) return void open(address, '_blank', 'noopener');
  go(address);
  scrollTo(0, 0);
}

/** Keeps for each page how far down it was, and shows that again to whoever comes back. */
export function watchScrolling(): void {
  history.scrollRestoration = 'manual';
  addEventListener('scroll', () => restoring === null && tops.set(entry(), scrollY), { passive: true });
  addEventListener('popstate', () => {
    cameBack = true;
    void restore(tops.get(entry()) ?? 0);
  });
}

/** The page grows as its figures come; whoever scrolls meanwhile is left where they are. */
async function restore(top: number): Promise<void> {
  restoring?.abort();
  const mine = (restoring = new AbortController());
  const stop = () => mine.abort();
  for (const event of ['wheel', 'touchstart', 'keydown', 'pointerdown']) addEventListener(event, stop, { once: true, passive: true, signal: mine.signal });
  for (let until = performance.now() + RESTORED_WITHIN_MS; !mine.signal.aborted && performance.now() < until; ) {
    await new Promise(requestAnimationFrame);
    if (!mine.signal.aborted) scrollTo(0, top);
    if (scrollY >= top - 1 && document.readyState === 'complete' && !document.querySelector('[aria-busy=true]')) break;
  }
  mine.abort();
  if (restoring === mine) restoring = null;
}

function onMove(listener: () => void): () => void {
  addEventListener(MOVED, listener);
  addEventListener('popstate', listener);
  return () => {
    removeEventListener(MOVED, listener);
    removeEventListener('popstate', listener);
  };
}
