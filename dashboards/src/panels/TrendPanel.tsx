import { useMemo } from 'react';
import { TrendChart } from '../charts/TrendChart';
import { format, formatDifference, formatTime } from '../format';
import type { Changes, QueryName, Series, VersionStart } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { Panel } from './Panel';
import { Verdict } from './Verdict';

type Props = {
  name: QueryName;
  title: string;
  variables: object;
  timeZone: string;
  result: Result<unknown>;
  series: Series[] | null | undefined;
  changes?: Changes | null;
  versions?: VersionStart[] | null;
  wide?: boolean;
};

/** Metrics over time, with the verdict on each in words, and the moments at which the level changed. */
export function TrendPanel({ name, title, series, changes, versions, ...panel }: Props) {
  const table = useMemo(() => tableOf(series), [series]);
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
            versions={versions ?? undefined}
          />
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

function tableOf(series: Series[] | null | undefined): Table | null {
  if (!series) return null;
  const several = series.length > 1 || series[0]?.key != null;
  const kind = series[0]?.unit ?? 'COUNT';
  const rows = series.flatMap(({ key, points }) =>
    points.map(({ startsAt, value, interval, runs }) => [startsAt, ...(several ? [key] : []), value, interval?.low, interval?.high, runs]),
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
    rows: series.some(({ runs }) => runs > 0) ? rows : [],
  };
}
