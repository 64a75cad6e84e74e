import { useEffect, useRef, useState } from 'react';
import { fetchData, type Answer } from './client';
import type { Queries, QueryName } from './queries/generated';
import { isBack } from './router';
import { onSessionChange } from './session';

export type Result<Data> = { data: Data | null; errors: string[]; loading: boolean };

/** The latest answers, for whoever comes back to a page: it is shown as it was until it is asked anew. */
const latest = new Map<string, Answer<unknown>>();
const KEPT = 20;
onSessionChange(() => latest.clear());

function keep(name: string, answer: Answer<unknown>): void {
  latest.delete(name);
  latest.set(name, answer);
  if (latest.size > KEPT) latest.delete(latest.keys().next().value!);
}

type Flight = { key: string; ended: AbortController; again: boolean };

/**
 * The answer to a query, asked again at every turn; not while the turn is null. Meanwhile the earlier answer stays. A turn that
 * comes while the query is under way waits for it: many turns in a row must not keep the page from any answer.
 */
export function useQuery<Name extends QueryName>(
  name: Name,
  variables: Queries[Name]['variables'],
  turn: number | null = 0,
): Result<Queries[Name]['data']> {
  type Data = Queries[Name]['data'];
  const key = JSON.stringify(variables);
  const [answer, setAnswer] = useState<Answer<Data> & { key?: string }>(() => {
    const known = isBack() ? latest.get(`${name} ${key}`) : undefined;
    return known ? { ...(known as Answer<Data>), key } : {};
  });
  const [asking, setAsking] = useState(false);
  const flight = useRef<Flight>(null);

  useEffect(() => {
    if (turn === null) return;
    if (flight.current?.key === key) {
      flight.current.again = true;
      return;
    }
    function start() {
      flight.current?.ended.abort();
      const mine: Flight = { key, ended: new AbortController(), again: false };
      flight.current = mine;
      setAsking(true);
      fetchData(name, JSON.parse(key), mine.ended.signal)
        .catch((failure: Error) => ({ data: undefined, errors: [{ message: failure.message }] }))
        .then(({ data, errors }) => {
          if (flight.current !== mine) return;
          flight.current = null;
          if (data) keep(`${name} ${key}`, { data });
          // Without an answer, what was shown stays, with the reason why it may be old; unless it answers another question.
          setAnswer((before) => ({ key, data: data === undefined && before.key === key ? before.data : data, errors }));
          if (mine.again) start();
          else setAsking(false);
        });
    }
    start();
  }, [name, key, turn]);

  useEffect(
    () => () => {
      flight.current?.ended.abort();
      flight.current = null;
    },
    [],
  );

  return {
    data: answer.data ?? null,
    errors: [...new Set((answer.errors ?? []).map((error) => error.message))],
    loading: asking || answer.key !== key,
  };
}
