import { useEffect, useRef, useState } from 'react';
import { ask, type Answer } from './client';
import type { Queries, QueryName } from './queries/generated';

export type Result<Data> = { data: Data | null; errors: string[]; loading: boolean };

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
  const [answer, setAnswer] = useState<Answer<Data> & { key?: string }>({});
  const [asking, setAsking] = useState(false);
  const flight = useRef<Flight>(null);
  const key = JSON.stringify(variables);

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
      ask(name, JSON.parse(key), mine.ended.signal)
        .catch((failure: Error) => ({ data: undefined, errors: [{ message: failure.message }] }))
        .then(({ data, errors }) => {
          if (flight.current !== mine) return;
          flight.current = null;
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
