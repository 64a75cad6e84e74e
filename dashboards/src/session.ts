import { root } from './root';

/** Whose session it is that the server keeps: a key's, or a person's. The session itself is a cookie, which no script can read. */
export type Person = { name: string; role: string };
/** A key that an address brought while somebody else was signed in: whoever follows a link might not know that it brings one. */
export type Offer = Person & { key: string };
type Session = { person: Person | null; offered: Offer | null; busy: boolean; problem: string | null };

/** For all tabs of the browser, so that a new one knows at once, without a request. */
const PERSON = `runledger.person ${root}`;
/** For this tab only, where the browser does not send the cookie back. */
const KEY = `runledger.key ${root}`;

export const UNREACHABLE = 'The server cannot be reached. Is it running?';
const UNKNOWN = 'The server does not know this key. Check it for missing characters and try again.';
const ENDED = 'The session has ended. Sign in to go on where you were.';

let session: Session = { person: kept(), offered: null, busy: false, problem: null };
const listeners = new Set<() => void>();

export const currentSession = () => session;

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(to: Partial<Session>): void {
  session = { ...session, ...to };
  listeners.forEach((listener) => listener());
}

function kept(): Person | null {
  return JSON.parse(localStorage.getItem(PERSON) ?? 'null');
}

/** How a sign-in with an issuer ended, by the names that the server puts into the address. */
const OUTCOMES: Record<string, string> = {
  unreachable: 'The server that signs you in cannot be reached. Try again in a moment, or sign in by key.',
  busy: 'Many sign in right now. Try again in a moment.',
  expired: 'The sign-in took too long, or began in another browser. Begin it again.',
  refused: 'The sign-in was refused. Begin it again; if that does not help, whoever runs the server finds the reason in the audit log.',
  no_role: 'You are known, but none of your groups may use this server. Ask an administrator for one that may.',
};

/** Takes what the address brings now, and whenever one is opened in this tab; follows what other tabs do. */
export function watchSession(): void {
  takeFromAddress();
  addEventListener('hashchange', takeFromAddress);
  addEventListener('storage', ({ key }) => {
    if (key === PERSON && !isSame(session.person, kept())) change({ person: kept(), problem: null });
  });
}

function takeFromAddress(): void {
  const brought = new URLSearchParams(location.hash.slice(1));
  const [key, outcome] = [brought.get('key'), brought.get('sign-in')];
  if (key === null && outcome === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  if (key !== null) void (session.person ? offer(key) : signIn(key));
  else if (outcome === 'done') void takeSession();
  else change({ problem: OUTCOMES[outcome!] ?? null });
}

/** Asks whose session it is that a sign-in with an issuer has made. */
async function takeSession(): Promise<void> {
  change({ busy: true, problem: null });
  try {
    const answer = await ask('GET');
    if (!answer.ok) return change({ busy: false, problem: 'The browser did not keep the session. Allow cookies for this server, and sign in again.' });
    become(await answer.json());
  } catch {
    change({ busy: false, problem: UNREACHABLE });
  }
}

/** The name of the issuer that people can sign in with; null if there is none. */
export async function issuerName(): Promise<string | null> {
  const answer = await fetch(`${root}sign-in/with`).catch(() => null);
  return answer?.ok ? (await answer.json()).name : null;
}

/** Where signing in with the issuer begins, to come back to this page. */
export function issuerAddress(): string {
  return `${root}sign-in?${new URLSearchParams({ to: location.pathname.slice(root.length - 1) + location.search })}`;
}

async function offer(key: string): Promise<void> {
  const answer = await ask('GET', key).catch(() => null);
  if (!answer?.ok) return;
  const person: Person = await answer.json();
  if (isSame(person, session.person)) await signIn(key);
  else change({ offered: { ...person, key } });
}

/** Whether the reader was sent a link to one page, and has no key that reads more. */
export const isGuest = () => session.person?.role === 'GUEST';

/** Whether the reader may save all runs as a file. */
export const mayExport = () => !['VIEWER', 'GUEST'].includes(session.person?.role ?? '');

export const refuseOffer = () => change({ offered: null });

/** Presents a key, once: from then on the browser sends the session's cookie. */
export async function signIn(key: string): Promise<void> {
  change({ busy: true, offered: null, problem: null });
  try {
    const answer = await ask('POST', key);
    if (answer.status === 401) return change({ busy: false, problem: UNKNOWN });
    if (answer.status === 429) return change({ busy: false, problem: 'Too many wrong keys came from here. Wait a minute and try again.' });
    if (!answer.ok) return change({ busy: false, problem: `The server refused to sign you in (${answer.status}). Try again, or ask whoever runs it.` });
    const person: Person = await answer.json();
    spareKey = key;
    become(person);
  } catch {
    change({ busy: false, problem: UNREACHABLE });
  }
}

function become(person: Person): void {
  sessionStorage.removeItem(KEY);
  localStorage.setItem(PERSON, JSON.stringify(person));
  change({ busy: false, person });
}

/** Ends the session on the server, and so in every tab. Fails if the server cannot be reached: then it goes on. */
export async function signOut(): Promise<void> {
  const answer = await ask('DELETE', tabKey() ?? undefined).catch(() => null);
  if (!answer?.ok && answer?.status !== 401) return change({ problem: 'The server cannot be reached, so you are still signed in.' });
  forget(null);
  // The issuer would sign in whoever comes next without asking.
  if (answer.status === 200) location.assign((await answer.json()).continueAt);
}

/** The server does not know the session any more. */
export const end = () => forget(ENDED);

function forget(problem: string | null): void {
  spareKey = null;
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(PERSON);
  change({ person: null, offered: null, problem });
}

export function tabKey(): string | null {
  return sessionStorage.getItem(KEY);
}

/** The key that was presented, until the first answer shows whether the server takes the cookie from this page. */
let spareKey: string | null = null;

/**
 * Learns whether the server took what a request was sent with. A browser that keeps no cookies, or a proxy that changes where
 * requests seem to come from, leaves the key to this tab: then the request is to be sent again with it.
 */
export function isToSendAgain(isRefused: boolean, sentWith: string | null): boolean {
  if (isRefused && spareKey !== null) sessionStorage.setItem(KEY, spareKey);
  spareKey = null;
  return isRefused && tabKey() !== sentWith;
}

function ask(method: 'GET' | 'POST' | 'DELETE', key?: string): Promise<Response> {
  return fetch(`${root}session`, { method, headers: key === undefined ? {} : { 'X-Service-Key': key } });
}

function isSame(one: Person | null, other: Person | null): boolean {
  return one?.name === other?.name && one?.role === other?.role;
}
