import { useEffect, useState } from 'react';
import { format } from '../format';
import { useQuery } from '../useQuery';

/** The page's own figures come first. */
const FIRST_MS = 2000;
const MINUTE_MS = 60_000;

/** How many alerts fire, on every page; nothing if none does. */
export function AlertBadge() {
  const [turn, setTurn] = useState<number | null>(null);
  useEffect(() => {
    const next = () => document.visibilityState === 'visible' && setTurn((before) => (before ?? 0) + 1);
    const first = setTimeout(next, FIRST_MS);
    const timer = setInterval(next, MINUTE_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, []);
  const count = useQuery('alerts-firing', {}, turn).data?.firing?.totalCount ?? 0;
  return count > 0 ? <span className="badge" aria-label={`${count} firing`}>{format(count, 'COUNT')}</span> : null;
}
