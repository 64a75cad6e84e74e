import { useCallback, useEffect, useRef, useState } from 'react';
import { fetchData } from '../client';
import type { Queries, RunFilter, RunOrder } from '../queries/generated';
import { isBack } from '../router';
import { onSessionChange } from '../session';

export type Row = NonNullable<Queries['runs']['data']['runs']>['nodes'][number];
type Pages = { key: string; rows: Row[]; after: string | null; more: boolean };

/** The pages that were shown last, for whoever comes back to them. */
let left: Pages | null = null;
onSessionChange(() => (left = null));
const PAGE = 100;

/**
 * The runs of a filter, as far as the reader has scrolled. At every turn the first page is asked again, and what lies below is
 * read anew when it is scrolled to; unless `pinned`, as the reader is further down: then it only shows that there is news.
 */
export function useRunPages(filter: RunFilter, orderBy: RunOrder, turn: number | null, pinned: boolean) {
  const key = JSON.stringify({ filter, orderBy });
  const [pages, setPages] = useState<Pages>(() => (isBack() && left?.key === key ? left : { key, rows: [], after: null, more: true }));
  const [loading, setLoading] = useState(pages.rows.length === 0);
  const [error, setError] = useState<string | null>(null);
  const [news, setNews] = useState(false);
  const asked = useRef<AbortController>(undefined);
  const shown = useRef(key);
  const restored = useRef(pages.rows.length);
  const loadingNow = useRef(false);

  const load = useCallback((after: string | null, before: Row[]) => {
    asked.current?.abort();
    const ended = (asked.current = new AbortController());
    setLoading((loadingNow.current = true));
    fetchData('runs', { ...JSON.parse(key), after }, ended.signal)
      .then(({ data, errors }) => {
        setError(errors?.[0]?.message ?? null);
        if (!data?.runs) return;
        const { nodes, pageInfo } = data.runs;
        shown.current = key;
        setPages((left = { key, rows: [...before, ...nodes], after: pageInfo.endCursor, more: pageInfo.hasNextPage }));
      })
      .catch((failure: Error) => !ended.signal.aborted && setError(failure.message))
      .finally(() => !ended.signal.aborted && setLoading((loadingNow.current = false)));
  }, [key]);

  const restart = useCallback(() => {
    setNews(false);
    load(null, []);
  }, [load]);

  // A turn that comes while the first page is under way waits for it, so that many in a row cannot keep it away.
  const isPinned = useRef(pinned);
  isPinned.current = pinned;
  const due = useRef(false);
  const started = useRef('');
  useEffect(() => {
    if (turn === null) return;
    const before = restored.current;
    restored.current = 0;
    // Of pages that were come back to, one is read again unseen; where there are more, they may be older than what they were left for.
    if (before > PAGE) return;
    if (before > 0) return load(null, []);
    if (isPinned.current && shown.current === key) setNews(true);
    else if (loadingNow.current && started.current === key) due.current = true;
    else {
      started.current = key;
      restart();
    }
  }, [turn, key, restart, load]);
  useEffect(() => {
    if (loading || !due.current) return;
    due.current = false;
    restart();
  }, [loading, restart]);
  useEffect(
    () => () => {
      asked.current?.abort();
      loadingNow.current = false;
    },
    [],
  );

  const current = pages.key === key ? pages : { ...pages, rows: [] as Row[], more: true };
  const next = () => !loading && !error && current.more && load(current.after, current.rows);
  return { rows: current.rows, more: current.more, loading: loading || (current !== pages && !error), error, news, next, restart };
}
