import { useEffect, useRef, type MouseEvent, type ReactNode } from 'react';
import { variablesOf } from '../client';
import { fetchECharts, Picture, type ToPicture } from '../charts/Chart';
import type { QueryName } from '../queries/generated';
import { graphiqlAddress, narrowedAddress } from '../graphiqlAddress';
import { root } from '../root';
import { clickedIn, type Figure } from '../router';
import { isGuest } from '../session';
import type { Table } from '../table';
import type { Result } from '../useQuery';
import { runsInWords } from '../view';
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
  /** What is above the figures, whether there are any or not. */
  before?: ReactNode;
  children?: ReactNode;
};

/** One question with its answer: a chart or figures, the same as a table, and the ways to take both along. */
export function Panel({ name, id = name, title, variables, result, table, empty, timeZone, wide, chart, open, before, children }: Props) {
  const picture = useRef<ToPicture | null>(null);
  useEffect(() => {
    // The chart itself says so if it does not come.
    if (chart) fetchECharts().catch(() => {});
  }, [chart]);
  const hasRows = table !== null && table.rows.length > 0;
  const heading = `panel-${id}`;
  return (
    <section className={wide ? 'panel wide' : 'panel'} data-panel={id} aria-labelledby={heading} aria-busy={result.loading} onClickCapture={(event) => clickIn({ name, title, variables: variablesOf(name, variables) }, event)}>
      <h2 id={heading}>{title}</h2>
      <div className="panel-body">
        {before}
        {hasRows && <Picture value={picture}>{children}</Picture>}
        {hasRows && open && <FigureTable table={table} timeZone={timeZone} caption={title} />}
        {!hasRows && <State result={result} answered={table !== null} empty={empty} />}
      </div>
      <footer>
        <div className="panel-actions">
          <QueryLink name={name} variables={variables} label={`Open ${title} in GraphiQL`}>GraphiQL</QueryLink>
          {hasRows && <Exports name={id} title={title} table={table} about={runsInWords(variables, timeZone, new Date())} picture={chart ? picture : null} />}
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

/** Notes what is clicked in. With Alt, a link to runs leads to the figure's query for them instead, as its chart does. */
export function clickIn(figure: Figure, event: MouseEvent<HTMLElement>) {
  clickedIn(figure);
  const link = (event.target as Element).closest<HTMLAnchorElement>(`a[href^="${root}runs?"]`);
  const query = event.altKey && link ? narrowedAddress(link.href) : null;
  if (query === null) return;
  event.preventDefault();
  event.stopPropagation();
  location.assign(query);
}

function State({ result, answered, empty }: { result: Result<unknown>; answered: boolean; empty?: string }) {
  if (answered) return <p className="state">{empty ?? 'No finished runs here. Choose a longer period or fewer filters.'}</p>;
  if (result.loading) return <p className="state loading">Loading…</p>;
  // What went wrong is said once, above all panels.
  return <p className="state">No figures, {result.errors.length > 0 ? 'for the reason above' : 'as the answer has none'}. Its query in GraphiQL shows the whole answer.</p>;
}

type QueryLinkProps = { name: QueryName; variables: object; label?: string; children: ReactNode };

/** Opens a query in GraphiQL, where whoever was sent a link to one page could run nothing. */
export function QueryLink({ name, variables, label, children }: QueryLinkProps) {
  return isGuest() ? null : <a href={graphiqlAddress(name, variables)} aria-label={label}>{children}</a>;
}
