import { useMemo } from 'react';
import { begunWithin, TrendChart } from '../charts/TrendChart';
import { format, formatDifference, formatTime } from '../format';
import type { Changes, QueryName, Series, VersionStart } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { useBuckets, type RunsOf } from '../view';
import { EventList, type EventMark } from './EventList';
import { Panel } from './Panel';
import { Verdict } from './Verdict';

const MOST_VERSIONS = 6;

type Props = {
  name: QueryName;
  title: string;
  variables: object;
  timeZone: string;
  result: Result<unknown>;
  series: Series[] | null | undefined;
  changes?: Changes | null;
  versions?: VersionStart[][];
  wide?: boolean;
  empty?: string;
  events?: EventMark[] | null;
  /** What a series is of, if there are several. */
  by?: keyof RunsOf;
};

/** Metrics over time, with the verdict on each in words, and the moments at which the level changed. */
export function TrendPanel({ name, title, series, changes, versions, by, events, ...panel }: Props) {
  const starts = useMemo(() => (series?.[0]?.points ?? []).map(({ startsAt }) => startsAt), [series]);
  const { runsOf, zoom } = useBuckets(starts);
  const addressOf = (bucket: number, key: string | null) => runsOf(bucket, by && key !== null ? { [by]: key } : {});
  const table = tableOf(series, addressOf);
  const first = series?.[0];
  return (
    <Panel {...panel} name={name} title={title} table={table} chart>
      {series && first && (
        <>
          {series.map((each) => <Verdict key={each.key} series={each} />)}
          <TrendChart
            label={title}
            series={series}
            timeZone={panel.timeZone}
            changes={changes?.changes}
            versions={versions}
            addressOf={addressOf}
            zoom={zoom}
            events={events}
          />
          <EventList events={events} starts={starts} timeZone={panel.timeZone} />
          {versions && <Versions versions={versions} timeZone={panel.timeZone} />}
          {changes && changes.changes.length > 0 && (
            <ul className="changes" aria-label="Changes of level">
              {changes.changes.map((change) => (
                <li key={change.at}>
                  <span className={change.better ? 'better' : 'worse'}>{change.better ? '▲' : '▼'}</span>{' '}
                  {formatTime(change.at, 'DAY', panel.timeZone)}: from {format(change.before?.value, first.unit)} to{' '}
                  {format(change.after?.value, first.unit)} ({formatDifference((change.after?.value ?? NaN) - (change.before?.value ?? NaN), first.unit)})
                  {change.promptVersionAfter && `, as the prompt changed from ${change.promptVersionBefore ?? 'none'} to ${change.promptVersionAfter}`}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Panel>
  );
}

const WHAT = ['Prompt', 'Arbiter configuration'];

/** What the chart's dashed marks are, for those who do not see them, or their names where there is no room. */
function Versions({ versions, timeZone }: { versions: VersionStart[][]; timeZone: string }) {
  const begun = versions.flatMap((list, i) => begunWithin(list).map(({ key, firstSeen }) => `${WHAT[i]} ${key ?? 'not reported'} from ${formatTime(firstSeen!, 'DAY', timeZone)}`));
  return begun.length > 0 ? <p className="note" data-versions>Dashed: {begun.slice(-MOST_VERSIONS).join('; ')}.</p> : null;
}

function tableOf(series: Series[] | null | undefined, addressOf: (bucket: number, key: string | null) => string): Table | null {
  if (!series) return null;
  const several = series.length > 1 || series[0]?.key != null;
  const kind = series[0]?.unit ?? 'COUNT';
  const rows = series.flatMap(({ key, points }) =>
    points.map(({ startsAt, value, interval, runs }, i) => [{ value: startsAt, kind: 'TIME' as const, ...(runs > 0 && { href: addressOf(i, key) }) }, ...(several ? [key] : []), value, interval?.low, interval?.high, runs]),
  );
  return {
    columns: [
      { name: 'From', kind: 'TIME' },
      ...(several ? [{ name: 'Name', kind: 'TEXT' } as const] : []),
      { name: 'Value', kind },
      { name: 'Interval from', kind },
      { name: 'Interval to', kind },
      { name: 'Runs', kind: 'COUNT' },
    ],
    rows: series.some(({ points }) => points.some(({ value }) => value !== null)) ? rows : [],
  };
}
