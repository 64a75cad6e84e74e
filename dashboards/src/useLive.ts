import { useEffect, useState } from 'react';
import { subscribe } from './events';
import { firstTexts, type RunFilter } from './queries/generated';

/**
 * The state of the subscription to changed runs. What is queried again whenever `turn` changes, and not while it is null, misses
 * no change.
 */
export type Live = { state: 'connecting' | 'live' | 'reconnecting'; turn: number | null };

const BETWEEN_TURNS_MS = 250;
const PATIENCE_MS = 1000;
const LONGEST_WAIT_MS = 10_000;

/**
 * Follows the runs of a filter. The turn changes when one of them does (at once, and then once for all that change in quick
 * succession), when the stream is open again after it was lost, and when the reader comes back to the page.
 */
export function useLive(filter: RunFilter): Live {
  const key = JSON.stringify(filter);
  const [current, setCurrent] = useState<Live & { key: string }>({ key, state: 'connecting', turn: null });

  useEffect(() => {
    let ended = new AbortController();
    let state: Live['state'] = 'connecting';
    let turn = 0;
    let timer = 0;
    let more = false;
    const show = (next: Live['state']) => setCurrent({ key, state: (state = next), turn });
    const settle = () => {
      if (timer) {
        more = true;
        return;
      }
      more = false;
      turn++;
      show(state);
      timer = window.setTimeout(() => {
        timer = 0;
        if (more) settle();
      }, BETWEEN_TURNS_MS);
    };
    const whenVisible = () => document.visibilityState === 'visible' && settle();
    // A page does not wait long for its first figures; they are queried again when the stream is open.
    const patience = setTimeout(() => state === 'connecting' && show('reconnecting'), PATIENCE_MS);

    async function follow({ signal }: AbortController) {
      const request = { query: firstTexts['run-changed'], variables: { filter: JSON.parse(key) } };
      for (let attempt = 0; !signal.aborted; attempt++) {
        let opened = Infinity;
        const onOpen = () => {
          opened = Date.now();
          if (state !== 'connecting') settle();
          show('live');
        };
        try {
          for await (const _ of subscribe(request, signal, onOpen)) settle();
        } catch {
          // Whatever ended the stream, it is opened again.
        }
        if (signal.aborted) return;
        show('reconnecting');
        // A stream that a server opens only to refuse it is not asked for again in haste.
        if (Date.now() - opened > LONGEST_WAIT_MS) attempt = 0;
        await pause(Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt) * (0.5 + Math.random() / 2), signal);
      }
    }
    // A page that the browser keeps for going back would hold its connection, of which there are few.
    const leave = () => ended.abort();
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      show('reconnecting');
      void follow((ended = new AbortController()));
    };
    void follow(ended);
    document.addEventListener('visibilitychange', whenVisible);
    addEventListener('pagehide', leave);
    addEventListener('pageshow', comeBack);
    return () => {
      ended.abort();
      removeEventListener('pagehide', leave);
      removeEventListener('pageshow', comeBack);
      clearTimeout(timer);
      clearTimeout(patience);
      document.removeEventListener('visibilitychange', whenVisible);
    };
  }, [key]);
  return current.key === key ? current : { state: 'connecting', turn: null };
}

/** Waits so long, or less if the browser comes back online meanwhile or nobody waits any more. */
function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, millis);
    addEventListener('online', done);
    signal.addEventListener('abort', done, { once: true });
  });
}
