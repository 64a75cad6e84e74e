import { useEffect, useRef, useState } from 'react';
import { format, STATUSES, words, type Kind } from '../format';
import { Choice, Filters, keys } from '../panels/Filters';
import { Page } from '../panels/Page';
import { graphiqlAddress } from '../panels/Panel';
import { Status } from '../panels/Status';
import type { RunOrderKey, RunStatus } from '../queries/generated';
import { root } from '../root';
import { follow, useAddress } from '../router';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { changeAddress, useView } from '../view';
import { Contains } from '../panels/Contains';
import { Exports } from '../panels/Exports';
import { useRunPages, type Row } from './useRunPages';

const ROW_HEIGHT = 48;
const MARGIN = 12;

type RunColumn = { name: string; kind: Kind; of: (run: Row) => string | number | null; order?: RunOrderKey; below?: true };

/** The columns of a run. What identifies it is `below` its name, so that all of it fits a usual screen. */
const COLUMNS: RunColumn[] = [
  { name: 'Began', kind: 'TIME', of: (run) => run.startedAt, order: 'STARTED_AT' },
  { name: 'Run', kind: 'TEXT', of: (run) => run.clientRunId ?? run.id },
  { name: 'Status', kind: 'TEXT', of: (run) => run.status },
  { name: 'Environment', kind: 'TEXT', of: (run) => run.environment, below: true },
  { name: 'Trigger', kind: 'TEXT', of: (run) => run.triggeredBy, below: true },
  { name: 'Prompt', kind: 'TEXT', of: (run) => run.promptVersion, below: true },
  { name: 'Requested', kind: 'COUNT', of: (run) => run.questionsRequested },
  { name: 'Inserted', kind: 'COUNT', of: (run) => run.questionsInserted },
  { name: 'Success', kind: 'SHARE', of: (run) => run.overallSuccessRate, order: 'OVERALL_SUCCESS_RATE' },
  { name: 'Approval', kind: 'SHARE', of: (run) => run.approvalRate, order: 'APPROVAL_RATE' },
  { name: 'Score', kind: 'SCORE', of: (run) => run.avgArbiterScore, order: 'ARBITER_SCORE' },
  { name: 'Duration', kind: 'SECONDS', of: (run) => run.durationSeconds, order: 'DURATION' },
  { name: 'Errors', kind: 'COUNT', of: (run) => run.totalErrors, order: 'ERRORS' },
  { name: 'Cost', kind: 'USD', of: (run) => run.totalCostUsd, order: 'COST' },
];
const SHOWN = COLUMNS.filter(({ below }) => !below);
const BELOW = COLUMNS.filter(({ below }) => below);
const ORDERS = COLUMNS.flatMap(({ order }) => order ?? []);

/** The history, run by run. Only the rows in sight are in the page, however far it is scrolled. */
export default function Runs() {
  const { view, filters } = useView();
  const { searchParams } = useAddress();
  const status = Object.keys(STATUSES).find((each) => each === searchParams.get('status')) as RunStatus | undefined;
  const [provider, category, text] = ['provider', 'category', 'name'].map((name) => searchParams.get(name));
  const only = {
    ...(status && { statuses: [status] }),
    ...(provider && { providers: [provider] }),
    ...(category && { errorCategories: [category] }),
    ...(text && { clientRunIdContains: text }),
  };
  const filter = { ...filters.filter, ...only };
  const key = ORDERS.find((order) => order === searchParams.get('order')) ?? 'STARTED_AT';
  const orderBy = { key, direction: searchParams.get('direction') === 'ASC' ? ('ASC' as const) : ('DESC' as const) };

  // A run that stops matching is not sent, so all of the view are followed and not only those of one status.
  const live = useLive(filters.live);
  const { data, errors, loading } = useQuery('runs-count', { filter, period: filters.period }, live.turn);
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const pages = useRunPages(filter, orderBy, live.turn, top > ROW_HEIGHT);

  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - MARGIN);
  const last = Math.min(pages.rows.length, Math.ceil((top + height) / ROW_HEIGHT) + MARGIN);
  const below = pages.rows.length - last;
  const nearEnd = top + height > (pages.rows.length - 2 * MARGIN) * ROW_HEIGHT;
  useEffect(() => {
    if (nearEnd && pages.rows.length > 0) pages.next();
  });
  useEffect(() => {
    const element = place.current!;
    const resizing = new ResizeObserver(() => setHeight(element.clientHeight));
    resizing.observe(element);
    return () => resizing.disconnect();
  }, []);
  const backToTop = () => {
    place.current!.scrollTop = 0;
    setTop(0);
    pages.restart();
  };
  const question = JSON.stringify({ filter, orderBy });
  useEffect(() => {
    place.current!.scrollTop = 0;
    setTop(0);
  }, [question]);

  const table = { columns: COLUMNS, rows: pages.rows.map((run) => COLUMNS.map(({ of }) => of(run))) };
  return (
    <Page title="Runs" live={live} errors={[...new Set([...errors, ...(pages.error ? [pages.error] : [])])]} filters={
      <Filters view={view} choices={data}>
        <Choice label="Status" name="status" all="All" value={status ?? null} options={Object.keys(STATUSES)} text={(each) => STATUSES[each as RunStatus]} />
        <Choice label="Provider" name="provider" all="All" value={provider ?? null} options={(data?.providerChoices ?? []).map((each) => each.provider)} />
        <Choice label="Error" name="category" all="All" value={category ?? null} options={keys(data?.categoryChoices)} text={words} />
        <Contains label="Name contains" name="name" value={text ?? ''} />
      </Filters>
    }>
      <section className="panel" data-panel="runs" aria-label="Runs" aria-busy={pages.loading || loading}>
        <div className="panel-actions">
          <p className="note" data-total={data?.runs?.totalCount} role="status">
            {data?.runs ? `${format(data.runs.totalCount, 'COUNT')} ${data.runs.totalCount === 1 ? 'run' : 'runs'}` : ' '}
          </p>
          {pages.news && <button type="button" className="news" onClick={backToTop}>Runs have changed: show</button>}
          <a href={graphiqlAddress('runs', { filter, orderBy })} aria-label="Open Runs in GraphiQL">GraphiQL</a>
          <Exports name="runs" title="Runs, as far as loaded" table={table} about="" picture={null} />
        </div>
        <div className="table-scroll runs" ref={place} tabIndex={0} role="group" aria-label="Runs, scrollable" onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
          <table aria-rowcount={data?.runs ? data.runs.totalCount + 1 : -1}>
            <thead>
              <tr>
                {SHOWN.map(({ name, kind, order }) => (
                  <th key={name} scope="col" className={kind === 'TEXT' || kind === 'TIME' ? undefined : 'number'} aria-sort={order === key ? (orderBy.direction === 'ASC' ? 'ascending' : 'descending') : undefined}>
                    {order ? (
                      <button type="button" onClick={() => changeAddress({ order, direction: order === key && orderBy.direction === 'DESC' ? 'ASC' : 'DESC' })}>
                        {name}{order === key && <span aria-hidden> {orderBy.direction === 'ASC' ? '▲' : '▼'}</span>}
                      </button>
                    ) : name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {first > 0 && <tr aria-hidden style={{ height: first * ROW_HEIGHT }}><td colSpan={SHOWN.length} /></tr>}
              {pages.rows.slice(first, last).map((run, i) => <RunRow key={run.id} run={run} index={first + i + 2} timeZone={view.timeZone} />)}
              {below > 0 && <tr aria-hidden style={{ height: below * ROW_HEIGHT }}><td colSpan={SHOWN.length} /></tr>}
            </tbody>
          </table>
          {pages.loading && <p className="state loading">Loading…</p>}
          {!pages.loading && pages.rows.length === 0 && !pages.error && <p className="state">No run matches. Choose a longer period or fewer filters.</p>}
          {pages.error && <p className="state error"><button type="button" onClick={pages.restart}>Try again</button></p>}
        </div>
      </section>
    </Page>
  );
}

function RunRow({ run, index, timeZone }: { run: Row; index: number; timeZone: string }) {
  return (
    <tr aria-rowindex={index} data-run={run.id}>
      {SHOWN.map(({ name, kind, of }) => {
        const value = of(run);
        const text = format(value, kind, timeZone);
        return (
          <td key={name} data-value={value ?? ''} className={kind === 'TEXT' || kind === 'TIME' ? undefined : 'number'}>
            {name === 'Run' ? <Named run={run} name={text} /> : name === 'Status' ? <Status run={run} /> : text}
          </td>
        );
      })}
    </tr>
  );
}

function Named({ run, name }: { run: Row; name: string }) {
  const below = BELOW.flatMap(({ of }) => of(run) ?? []).join(' · ');
  return (
    <>
      <a href={`${root}runs/${run.id}`} onClick={follow} title={name}>{name}</a>
      <span className="note" title={below}>{below}</span>
    </>
  );
}
