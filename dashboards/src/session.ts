/** The service key of this tab: from the address's fragment, which is never sent anywhere, or from the sign-in form. */
const KEY = 'runledger.key';
const CHANGED = 'runledger.session';

/** Takes the key now, and whenever an address with one is opened in this tab. */
export function watchAddress(): void {
  takeKeyFromAddress();
  addEventListener('hashchange', takeKeyFromAddress);
}

function takeKeyFromAddress(): void {
  const key = new URLSearchParams(location.hash.slice(1)).get('key');
  if (key === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  const current = currentKey();
  if (current === null || current === key) return signIn(key);
  offered = key;
  dispatchEvent(new Event(CHANGED));
}

/** Another key than the one in use, from the address: whoever follows a link might not know that it brings one. */
let offered: string | null = null;

export function offeredKey(): string | null {
  return offered;
}

export function refuseOffer(): void {
  offered = null;
  dispatchEvent(new Event(CHANGED));
}

export function currentKey(): string | null {
  return sessionStorage.getItem(KEY);
}

let refused = false;

/** Whether the server did not know the key that was used last. */
export function wasRefused(): boolean {
  return refused;
}

export function signIn(key: string): void {
  refused = false;
  offered = null;
  sessionStorage.setItem(KEY, key);
  dispatchEvent(new Event(CHANGED));
}

export function signOut({ asRefused = false } = {}): void {
  refused = asRefused;
  sessionStorage.removeItem(KEY);
  dispatchEvent(new Event(CHANGED));
}

export function onSessionChange(listener: () => void): () => void {
  addEventListener(CHANGED, listener);
  return () => removeEventListener(CHANGED, listener);
}
