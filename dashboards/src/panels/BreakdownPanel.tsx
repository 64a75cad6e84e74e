import { useMemo, type ReactNode } from 'react';
import { partsOf } from '../charts/axes';
import type { Colors } from '../charts/colors';
import { StackedBars } from '../charts/StackedBars';
import { format, formatTime, type Kind } from '../format';
import type { QueryName, Series } from '../queries/generated';
import { follow } from '../router';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { useBuckets, useRunsOf, type RunsOf } from '../view';
import { EventList, type EventMark } from './EventList';
import { Panel } from './Panel';
import { Direction } from './Verdict';

/** What is counted under a name: errors of a category, dollars of a provider. */
export type Named = {
  name: string;
  of: RunsOf;
  points: Array<{ startsAt: string; endsAt: string; count: number }>;
  /** In place of a colour of its own. */
  color?: keyof Colors;
  verdict?: { direction: Series['verdict']['direction']; words: string };
};
type Props = {
  name: QueryName;
  title: string;
  variables: object;
  timeZone: string;
  result: Result<unknown>;
  buckets: Named[] | undefined;
  empty: string;
  kind?: Kind;
  events?: EventMark[] | null;
  height?: number;
  children?: ReactNode;
};

/** Counts by name over time, and how each of them has been moving. */
export function BreakdownPanel({ buckets, empty, kind = 'COUNT', events, height, children, ...panel }: Props) {
  const known = JSON.stringify(buckets);
  const shown = useMemo(() => {
    const named = (known ? (JSON.parse(known) as Named[]) : []).filter(({ points }) => points.some(({ count }) => count > 0));
    named.sort((a, b) => total(b) - total(a));
    const points = named[0]?.points ?? [];
    return { named, starts: points.map(({ startsAt }) => startsAt), parts: partsOf(points), bars: named.map(({ name, points, color }) => ({ name, color, values: points.map(({ count }) => count) })) };
  }, [known]);
  const { runsOf, zoom } = useBuckets(shown.starts);
  const allRunsOf = useRunsOf();
  const table = known ? tableOf(shown.named, shown.starts, kind, (bucket) => runsOf(bucket)) : null;
  const judged = shown.named.filter(({ verdict }) => verdict);
  return (
    <Panel {...panel} table={table} chart empty={empty}>
      <StackedBars label={panel.title} starts={shown.starts} bars={shown.bars} parts={shown.parts} events={events} kind={kind} height={height} timeZone={panel.timeZone} addressOf={(bucket, bar) => runsOf(bucket, shown.named[bar]!.of)} zoom={zoom} />
      <EventList events={events} starts={shown.starts} timeZone={panel.timeZone} />
      {children}
      {judged.length > 0 && (
        <ul className="verdicts bounded" tabIndex={0} aria-label={`${panel.title}, in words`}>
          {judged.map(({ name, of, points, verdict }) => (
            <li key={name}>
              <a href={allRunsOf(of)} onClick={follow}>{name}</a> <Direction verdict={verdict!} />{' '}
              <span className="note">{recent(points, kind)}{seen(points, panel.timeZone)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const total = ({ points }: Named) => points.reduce((sum, { count }) => sum + count, 0);

const DAY_MS = 86_400_000;

/** How many of late, against as long before on average, where the period is long enough: a rise may be too young to be a trend. */
function recent(points: Named['points'], kind: Kind): ReactNode {
  const [first, end] = [Date.parse(points[0]!.startsAt), Date.parse(points.at(-1)!.endsAt)];
  const [length, name] = end - first >= 28 * DAY_MS ? [7 * DAY_MS, '7 days'] : [DAY_MS, '24 hours'];
  if (end - first < 3 * length) return '';
  const late = points.filter(({ startsAt }) => Date.parse(startsAt) > end - length - DAY_MS / 2);
  const from = Date.parse(late[0]?.startsAt ?? points.at(-1)!.startsAt);
  if (end - from > 1.5 * length) return '';
  const sum = (of: Named['points']) => of.reduce((all, { count }) => all + count, 0);
  const before = (sum(points) - sum(late)) * (length / (from - first));
  const average = `${format(Math.round(before * 10) / 10, 'ERRORS')} in ${name} before on average`;
  const most = mostBefore(points, from, length);
  // What is new has no before.
  if (most !== null && most > 0 && sum(late) > most && sum(late) > 2 * before) return <><strong className="worse">{format(sum(late), kind)} in the last {name}</strong>, more than in any {name} before; {average}. </>;
  return `${format(sum(late), kind)} in the last ${name}, ${average}. `;
}

/** The most in as long before, from any bucket on; null if that is too short a time to say. */
function mostBefore(points: Named['points'], until: number, length: number): number | null {
  const before = points.filter(({ startsAt }) => Date.parse(startsAt) < until);
  if (before.length === 0 || until - Date.parse(before[0]!.startsAt) < 3 * length) return null;
  const [starts, ends] = [before.map(({ startsAt }) => Date.parse(startsAt)), before.map(({ endsAt }) => Date.parse(endsAt))];
  let [most, sum, first] = [0, 0, 0];
  for (const [i, { count }] of before.entries()) {
    sum += count;
    while (ends[i]! - starts[first]! > length + DAY_MS / 2) sum -= before[first++]!.count;
    most = Math.max(most, sum);
  }
  return most;
}

/** When there was any, as exactly as the buckets are. */
function seen(points: Named['points'], timeZone: string): string {
  const some = points.filter(({ count }) => count > 0);
  const [first, last] = [some[0]!, some.at(-1)!].map(({ startsAt }) => formatTime(startsAt, 'DAY', timeZone));
  return first === last ? `Seen ${first} only.` : `First seen ${first}, last ${last}.`;
}

function tableOf(named: Named[], starts: string[], kind: Kind, runsOf: (bucket: number) => string): Table {
  return {
    columns: [{ name: 'From', kind: 'TIME' }, ...named.map(({ name }) => ({ name, kind }))],
    rows: starts.map((start, i) => [{ value: start, kind: 'TIME', href: runsOf(i) }, ...named.map(({ points }) => points[i]?.count)]),
  };
}
