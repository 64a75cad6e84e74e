import { useRef, type ReactNode } from 'react';
import { variablesOf } from '../client';
import { Picture } from '../charts/Chart';
import type { QueryName } from '../queries/generated';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { Exports } from './Exports';
import { FigureTable } from './FigureTable';

type Props = {
  /** The file of the panel's query. */
  name: QueryName;
  /** What the panel goes by, if several share a query; else it is the query's name. */
  id?: string;
  title: string;
  variables: object;
  result: Result<unknown>;
  /** The panel's figures; null if the answer has none, be it not there yet or failed. */
  table: Table | null;
  /** What to say, and to do, if there are no figures. */
  empty?: string;
  timeZone: string;
  wide?: boolean;
  chart?: boolean;
  /** The table is all there is, so it is open. */
  open?: boolean;
  /** What stands above the figures, whether there are any or not. */
  before?: ReactNode;
  children?: ReactNode;
};

/** One question with its answer: a chart or figures, the same as a table, and the ways to take both along. */
export function Panel({ name, id = name, title, variables, result, table, empty, timeZone, wide, chart, open, before, children }: Props) {
  const picture = useRef<(() => string) | null>(null);
  const hasRows = table !== null && table.rows.length > 0;
  const heading = `panel-${id}`;
  return (
    <section className={wide ? 'panel wide' : 'panel'} data-panel={id} aria-labelledby={heading} aria-busy={result.loading}>
      <h2 id={heading}>{title}</h2>
      <div className="panel-body">
        {before}
        {hasRows && <Picture value={picture}>{children}</Picture>}
        {hasRows && open && <FigureTable table={table} timeZone={timeZone} caption={title} />}
        {!hasRows && <State result={result} answered={table !== null} empty={empty} />}
      </div>
      <footer>
        <div className="panel-actions">
          <a href={graphiqlAddress(name, variables)} aria-label={`Open ${title} in GraphiQL`}>GraphiQL</a>
          {hasRows && <Exports name={id} title={title} table={table} picture={chart ? picture : null} />}
        </div>
        {hasRows && !open && (
          <details>
            <summary>Figures as a table</summary>
            <FigureTable table={table} timeZone={timeZone} caption={title} />
          </details>
        )}
      </footer>
    </section>
  );
}

function State({ result, answered, empty }: { result: Result<unknown>; answered: boolean; empty?: string }) {
  if (answered) return <p className="state">{empty ?? 'No finished runs here. Choose a longer period or fewer filters.'}</p>;
  if (result.loading) return <p className="state loading">Loading…</p>;
  return (
    <div className="state error" role="alert">
      <p>{result.errors[0] ?? 'The answer has no figures for this panel.'}</p>
      <p>Open the question in GraphiQL to see the whole answer, or reload the page.</p>
    </div>
  );
}

export function graphiqlAddress(name: QueryName, variables: object): string {
  return `/graphiql?${new URLSearchParams({ query: name, variables: JSON.stringify(variablesOf(name, variables)) })}`;
}
