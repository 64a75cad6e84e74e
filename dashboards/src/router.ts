import { useSyncExternalStore, type MouseEvent } from 'react';

const MOVED = 'runledger.moved';

/** Path and query of the address, as the page shows it. */
export function useAddress(): URL {
  return new URL(useSyncExternalStore(onMove, () => location.href));
}

export function go(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  dispatchEvent(new Event(MOVED));
}

/** Follows a link within the application; clicks that mean a new tab or window stay the browser's. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(event.currentTarget.href);
  scrollTo(0, 0);
}

function onMove(listener: () => void): () => void {
  addEventListener(MOVED, listener);
  addEventListener('popstate', listener);
  return () => {
    removeEventListener(MOVED, listener);
    removeEventListener('popstate', listener);
  };
}
