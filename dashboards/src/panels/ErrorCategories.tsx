import { useMemo } from 'react';
import { RowBars } from '../charts/RowBars';
import { format, words } from '../format';
import type { ErrorCategoriesPanel } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { Panel } from './Panel';

type Categories = ErrorCategoriesPanel['errorCategories'];
type Props = { variables: object; timeZone: string; result: Result<unknown>; categories: Categories | undefined };

/** Errors by category, with the runs that had them and those that failed. */
export function ErrorCategories({ categories, ...panel }: Props) {
  const table = useMemo(() => tableOf(categories), [categories]);
  const bars = useMemo(
    () =>
      (categories ?? []).map(({ key, count, share }) => ({
        name: words(key), value: count, text: `${format(count, 'COUNT')} (${format(share, 'SHARE')})`, color: 'failed' as const,
      })),
    [categories],
  );
  return (
    <Panel {...panel} name="error-categories" title="Errors by category" table={table} chart empty="No errors here: all went well, or no run reports any.">
      <RowBars label="Errors by category" bars={bars} kind="COUNT" />
    </Panel>
  );
}

function tableOf(categories: Categories | undefined): Table | null {
  return categories
    ? {
        columns: [
          { name: 'Category', kind: 'TEXT' },
          { name: 'Errors', kind: 'COUNT' },
          { name: 'Share', kind: 'SHARE' },
          { name: 'Runs with it', kind: 'COUNT' },
          { name: 'Of these failed', kind: 'COUNT' },
        ],
        rows: categories.map(({ key, count, share, runs, failedRuns }) => [key, count, share, runs, failedRuns]),
      }
    : null;
}
