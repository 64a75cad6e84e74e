import { useMemo } from 'react';
import { StackedBars } from '../charts/StackedBars';
import type { QueryName } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { Panel } from './Panel';

type Named = { name: string; points: Array<{ startsAt: string; count: number }> };
type Props = { name: QueryName; title: string; variables: object; timeZone: string; result: Result<unknown>; buckets: Named[] | undefined };

/** Counts by name over time. */
export function BreakdownPanel({ buckets, ...panel }: Props) {
  const known = JSON.stringify(buckets);
  const shown = useMemo(() => {
    const names = known ? (JSON.parse(known) as Named[]) : null;
    const starts = names?.[0]?.points.map(({ startsAt }) => startsAt) ?? [];
    return { starts, table: names && tableOf(names, starts), bars: (names ?? []).map(({ name, points }) => ({ name, values: points.map(({ count }) => count) })) };
  }, [known]);
  return (
    <Panel {...panel} table={shown.table} chart empty="No errors here: all went well, or no run reports any.">
      <StackedBars label={panel.title} starts={shown.starts} bars={shown.bars} timeZone={panel.timeZone} />
    </Panel>
  );
}

function tableOf(names: Named[], starts: string[]): Table {
  return {
    columns: [{ name: 'From', kind: 'TIME' }, ...names.map(({ name }) => ({ name, kind: 'COUNT' }) as const)],
    rows: starts.map((start, i) => [start, ...names.map(({ points }) => points[i]?.count)]),
  };
}
