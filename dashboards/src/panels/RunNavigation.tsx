import type { Neighbour } from '../queries/generated';
import { follow, followBack, useAddress } from '../router';
import { useQuery } from '../useQuery';
import { filtersOf, listAddress, readRunFilter, runAddress, type View } from '../view';
import { DAY_MS } from '../period';
import { useMemo } from 'react';

/** Back to the list that a run was opened from, and to the runs beside it there, in order of time. */
export function RunNavigation({ run, view, turn }: { run: { id: string; startedAt: string }; view: View; turn: number | null }) {
  const { searchParams } = useAddress();
  const key = searchParams.toString();
  const variables = useMemo(() => around(run.startedAt, view, new URLSearchParams(key)), [run.startedAt, view, key]);
  const { data } = useQuery('run-neighbours', variables, turn);
  const [earlier, later] = [nextTo(run, data?.earlier?.nodes, -1), nextTo(run, data?.later?.nodes, 1)];
  return (
    <nav className="run-navigation" aria-label="Runs beside this one">
      <a href={listAddress(searchParams)} onClick={followBack}>All runs of this list</a>
      {!data ? null : earlier ? <a href={runAddress(earlier.id, searchParams)} onClick={follow} rel="prev">← Previous run</a> : <span className="note">← No previous run</span>}
      {!data ? null : later ? <a href={runAddress(later.id, searchParams)} onClick={follow} rel="next">Next run →</a> : <span className="note">No next run →</span>}
    </nav>
  );
}

function around(startedAt: string, view: View, parameters: URLSearchParams) {
  const now = new Date();
  const { lastDays, ...filter } = filtersOf(view, now).filter;
  const of = { ...filter, ...readRunFilter(parameters) };
  const from = lastDays ? new Date(now.getTime() - lastDays * DAY_MS).toISOString() : filter.from;
  const after = new Date(Date.parse(startedAt) + 1).toISOString();
  return {
    earlier: { ...of, ...(from && { from }), to: after },
    later: { ...of, from: startedAt, ...(filter.to && { to: filter.to }) },
  };
}

/** Of the runs that begin about then, the next one in a direction: by start, and by id where that is the same. */
function nextTo(run: { id: string; startedAt: string }, among: Neighbour[] | undefined, direction: -1 | 1): Neighbour | undefined {
  const compare = (a: { id: string; startedAt: string }, b: { id: string; startedAt: string }) =>
    Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return (among ?? []).filter((each) => compare(each, run) * direction > 0).sort((a, b) => compare(a, b) * direction)[0];
}
