import { useEffect, useRef, type MouseEvent, type ReactNode } from 'react';
import { variablesOf } from '../client';
import { fetchECharts, Picture, type ToPicture } from '../charts/Chart';
import type { QueryName } from '../queries/generated';
import { root } from '../root';
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
  const question = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (chart) void fetchECharts();
  }, [chart]);
  const hasRows = table !== null && table.rows.length > 0;
  const heading = `panel-${id}`;
  return (
    <section className={wide ? 'panel wide' : 'panel'} data-panel={id} aria-labelledby={heading} aria-busy={result.loading}>
      <h2 id={heading}>{title}</h2>
      <div className="panel-body" onClick={(event) => followFromFigures(event, question.current!)}>
        {before}
        {hasRows && <Picture value={picture}>{children}</Picture>}
        {hasRows && open && <FigureTable table={table} timeZone={timeZone} caption={title} />}
        {!hasRows && <State result={result} answered={table !== null} empty={empty} />}
      </div>
      <footer>
        <div className="panel-actions">
          <a ref={question} href={graphiqlAddress(name, variables)} aria-label={`Open ${title} in GraphiQL`}>GraphiQL</a>
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

/**
 * A click on a chart or on figures is one on the link to the query behind them, with the same keys held down. Left alone are
 * clicks that mean something else: a choice in the legend, a text being marked, a finger that asks for the tooltip.
 */
function followFromFigures({ target, nativeEvent }: MouseEvent<HTMLElement>, link: HTMLAnchorElement) {
  const { ctrlKey, metaKey, shiftKey, pointerType, defaultPrevented } = nativeEvent as PointerEvent;
  const figures = (target as HTMLElement).closest('.chart, .figures, .facts');
  const asksForTooltip = pointerType === 'touch' && figures?.matches('.chart');
  if (!figures || asksForTooltip || defaultPrevented || getSelection()?.type === 'Range') return;
  link.dispatchEvent(new window.MouseEvent('click', { ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true }));
}

export function graphiqlAddress(name: QueryName, variables: object): string {
  return `${root}graphiql?${new URLSearchParams({ query: name, variables: JSON.stringify(variablesOf(name, variables)) })}`;
}
