import { useMemo } from 'react';
import { RowBars } from '../charts/RowBars';
import { format, words } from '../format';
import type { ErrorCategoriesPanel } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { useRunsOf } from '../view';
import { Panel } from './Panel';

type Categories = ErrorCategoriesPanel['errorCategories'];
type Counted = { key: string; count: number; share: number | null; runs: number | null; failedRuns: number | null };
/** More than these nobody compares, and a ledger may have thousands. */
const SHOWN = 20;

type Props = { variables: object; timeZone: string; result: Result<unknown>; categories: Categories | undefined };

/** Not that all went well: reporters need not say why. */
export const NO_BREAKDOWN = 'No breakdown of errors by category was reported.';

/** Errors by category, with the runs that had them and those that failed. */
export function ErrorCategories({ categories: all, ...panel }: Props) {
  const categories = useMemo(() => all && top(all), [all]);
  const rest = (all?.length ?? 0) - SHOWN;
  const runsOf = useRunsOf();
  const table = useMemo(() => tableOf(categories, (category) => runsOf(category === REST ? {} : { category })), [categories, runsOf]);
  const bars = useMemo(
    () =>
      (categories ?? []).map(({ key, count, share }) => ({
        name: key === REST ? `${format(all!.length - SHOWN, 'COUNT')} others` : words(key), value: count, text: `${format(count, 'COUNT')} (${format(share, 'SHARE')})`, color: 'failed' as const,
      })),
    [categories, all],
  );
  return (
    <Panel {...panel} name="error-categories" title="Errors by category" table={table} chart empty={NO_BREAKDOWN}>
      <RowBars label="Errors by category" bars={bars} kind="COUNT" addressOf={(bar) => runsOf(categories![bar]!.key === REST ? {} : { category: categories![bar]!.key })} />
      {rest > 0 && <p className="note">The {SHOWN} categories with the most errors; {format(rest, 'COUNT')} others are taken together. GraphiQL shows all.</p>}
    </Panel>
  );
}

const REST = '(the rest)';

/** The first of them, and all others as one. */
function top(categories: NonNullable<Categories>): Counted[] {
  const others = categories.slice(SHOWN);
  if (others.length === 0) return categories;
  const sum = (of: (category: Counted) => number | null) => others.reduce((all, each) => all + (of(each) ?? 0), 0);
  // Runs can have errors of several categories, so those of the rest cannot be added up.
  return [...categories.slice(0, SHOWN), { key: REST, count: sum(({ count }) => count), share: sum(({ share }) => share), runs: null, failedRuns: null }];
}

function tableOf(categories: Counted[] | null | undefined, runsOf: (category: string) => string): Table | null {
  return categories
    ? {
        columns: [
          { name: 'Category', kind: 'TEXT' },
          { name: 'Errors', kind: 'COUNT' },
          { name: 'Share', kind: 'SHARE' },
          { name: 'Runs with it', kind: 'COUNT' },
          { name: 'Of these failed', kind: 'COUNT' },
        ],
        rows: categories.map(({ key, count, share, runs, failedRuns }) => [{ value: key === REST ? 'All others' : key, kind: 'TEXT', href: runsOf(key) }, count, share, runs, failedRuns]),
      }
    : null;
}
