import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { hasFigures } from '../counts';
import { age, format, isolated, STATUSES, words, type Kind } from '../format';
import { Filters, keys } from '../panels/Filters';
import { Page } from '../panels/Page';
import { QueryLink } from '../panels/Panel';
import { Status } from '../panels/Status';
import { variableNames, type QueryName, type RunOrderKey, type RunStatus } from '../queries/generated';
import { root } from '../root';
import { figureBefore, follow, isBack, useAddress } from '../router';
import { mayExport } from '../session';
import { useLive } from '../useLive';
import { useQuery } from '../useQuery';
import { changeAddress, readRunFilter, runAddress, STUCK, useView } from '../view';
import { Contains } from '../panels/Contains';
import { SaveRuns } from '../panels/SaveRuns';
import { SearchLine } from '../panels/SearchLine';
import { TriggerTimeline } from '../panels/TriggerTimeline';
import { Several } from '../panels/Several';
import { Menu } from '../panels/Menu';
import { STATUS_WORDS, STUCK_WORD } from '../search';
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
  { name: 'Requested', kind: 'COUNT', of: (run) => run.questionsRequested || null },
  { name: 'Inserted', kind: 'COUNT', of: (run) => (hasFigures(run) ? run.questionsInserted : null) },
  { name: 'Success', kind: 'SHARE', of: (run) => run.overallSuccessRate, order: 'OVERALL_SUCCESS_RATE' },
  { name: 'Approval', kind: 'SHARE', of: (run) => run.approvalRate, order: 'APPROVAL_RATE' },
  { name: 'Score', kind: 'SCORE', of: (run) => run.avgArbiterScore, order: 'ARBITER_SCORE' },
  { name: 'Duration', kind: 'SECONDS', of: (run) => run.durationSeconds, order: 'DURATION' },
  { name: 'Errors', kind: 'COUNT', of: (run) => (hasFigures(run) ? run.totalErrors : null), order: 'ERRORS' },
  { name: 'Cost', kind: 'USD', of: (run) => run.totalCostUsd, order: 'COST' },
];
const MAIN = COLUMNS.filter(({ below }) => !below);
const BELOW = COLUMNS.filter(({ below }) => below);
const STATUS_CHOICES = [...Object.keys(STATUSES), STUCK];
const statusChoice = (choice: string) => STATUSES[choice as RunStatus] ?? words(choice);
const ORDERS = COLUMNS.flatMap(({ order }) => order ?? []);

/** How far down which list was when it was left. */
let left: { question: string; top: number } | null = null;

/** The history, run by run. Only the rows in sight are in the page, however far it is scrolled. */
export default function Runs() {
  const { view, filters } = useView();
  const { searchParams } = useAddress();
  const hidden = (searchParams.get('hide') ?? '').split(',');
  const columns = MAIN.filter(({ name }) => name === 'Run' || !hidden.includes(name));
  const only = readRunFilter(searchParams);
  const figure = figureBefore();
  const filter = { ...filters.filter, ...only };
  const key = ORDERS.find((order) => order === searchParams.get('order')) ?? 'STARTED_AT';
  const orderBy = { key, direction: searchParams.get('direction') === 'ASC' ? ('ASC' as const) : ('DESC' as const) };

  // A run that stops matching is not sent, so all of the view are followed and not only those of one status.
  const live = useLive(filters.live);
  const { data, errors, loading } = useQuery('runs-count', { filter, period: filters.period }, live.turn);
  const place = useRef<HTMLDivElement>(null);
  const question = JSON.stringify({ filter, orderBy });
  const [top, setTop] = useState(() => (isBack() && left?.question === question ? left.top : 0));
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
  const asked = useRef('');
  useLayoutEffect(() => {
    // Whoever comes back finds the list where it was left.
    const start = asked.current === '' || asked.current === question ? top : 0;
    asked.current = question;
    place.current!.scrollTop = start;
    setTop(start);
  }, [question]);
  const shown = useRef({ question, top });
  shown.current = { question, top };
  useEffect(() => () => void (left = shown.current), []);

  return (
    <Page title="Runs" view={view} live={live} errors={[...new Set([...errors, ...(pages.error ? [pages.error] : [])])]} filters={
      <>
      <Filters view={view} choices={data}>
        <Several label="Status" name="status" joined values={(searchParams.get('status') ?? '').split(',').filter((each) => STATUS_CHOICES.includes(each))} options={STATUS_CHOICES} text={statusChoice} />
        <Several label="Provider" name="provider" values={searchParams.getAll('provider')} options={(data?.providerChoices ?? []).map((each) => each.provider)} />
        <Several label="Error" name="category" values={searchParams.getAll('category')} options={keys(data?.categoryChoices)} text={words} />
        <Contains label="Name contains" name="name" value={searchParams.get('name') ?? ''} />
      </Filters>
      <SearchLine value={searchParams.get('q') ?? ''} values={{
        status: [...Object.keys(STATUS_WORDS), STUCK_WORD],
        env: keys(data?.environmentChoices),
        trigger: keys(data?.triggerChoices),
        prompt: keys(data?.promptVersionChoices),
        provider: (data?.providerChoices ?? []).map((each) => each.provider),
        error: keys(data?.categoryChoices),
      }} />
      </>
    }>
      <TriggerTimeline view={view} filter={filter} filters={filters} turn={live.turn} />
      <section className="panel" data-panel="runs" aria-label="Runs" aria-busy={pages.loading || loading}>
        <div className="panel-actions">
          <p className="note" data-total={data?.runs?.totalCount} role="status">
            {data?.runs ? `${format(data.runs.totalCount, 'COUNT')} ${data.runs.totalCount === 1 ? 'run' : 'runs'}` : ' '}
          </p>
          {pages.news && <button type="button" className="news" onClick={backToTop}>Runs have changed: show</button>}
          <QueryLink name="runs" variables={{ filter, orderBy }} label="Open Runs in GraphiQL">GraphiQL</QueryLink>
          {figure && Object.hasOwn(variableNames, figure.name) && <QueryLink name={figure.name as QueryName} variables={{ ...figure.variables, filter }}>Query of “{figure.title}”</QueryLink>}
          {mayExport() && <SaveRuns filter={filter} />}
          <Columns hidden={hidden} />
        </div>
        <p className="note swipe-hint">Swipe the list to the left for figures and cost.</p>
        <div className="table-scroll runs" ref={place} tabIndex={0} role="group" aria-label="Runs, scrollable" onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
          <table aria-rowcount={data?.runs ? data.runs.totalCount + 1 : -1}>
            <thead>
              <tr>
                {columns.map(({ name, kind, order }) => (
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
              {first > 0 && <tr aria-hidden style={{ height: first * ROW_HEIGHT }}><td colSpan={columns.length} /></tr>}
              {pages.rows.slice(first, last).map((run, i) => <RunRow key={run.id} run={run} index={first + i + 2} timeZone={view.timeZone} address={runAddress(run.id, searchParams)} columns={columns} />)}
              {below > 0 && <tr aria-hidden style={{ height: below * ROW_HEIGHT }}><td colSpan={columns.length} /></tr>}
            </tbody>
          </table>
          {pages.loading && <p className="state loading">Loading…</p>}
          {!pages.loading && pages.rows.length === 0 && !pages.error && <NoRun isLedgerEmpty={JSON.stringify(filter) === '{}'} />}
          {pages.error && <p className="state error"><button type="button" onClick={pages.restart}>Try again</button></p>}
        </div>
      </section>
    </Page>
  );
}

function NoRun({ isLedgerEmpty }: { isLedgerEmpty: boolean }) {
  return isLedgerEmpty ? (
    <p className="state">No run was recorded yet. The <a href={root} onClick={follow}>overview</a> shows how to record the first one.</p>
  ) : (
    <p className="state">No run matches. Choose a longer period or fewer filters, or see <a href={`${root}runs?period=all`} onClick={follow}>all runs</a>.</p>
  );
}

/** Which columns there are; the address keeps it. */
function Columns({ hidden }: { hidden: string[] }) {
  const choose = (name: string, isShown: boolean) => {
    const next = MAIN.map((each) => each.name).filter((each) => (each === name ? !isShown : hidden.includes(each)));
    changeAddress({ hide: next.join(',') || null });
  };
  return (
    <Menu className="columns" summary="Columns">
        {MAIN.filter(({ name }) => name !== 'Run').map(({ name }) => (
          <label key={name}>
            <input type="checkbox" name={`column-${name}`} checked={!hidden.includes(name)} onChange={(event) => choose(name, event.target.checked)} /> {name}
          </label>
        ))}
    </Menu>
  );
}

function RunRow({ run, index, timeZone, address, columns }: { run: Row; index: number; timeZone: string; address: string; columns: RunColumn[] }) {
  return (
    <tr aria-rowindex={index} data-run={run.id}>
      {columns.map(({ name, kind, of }) => {
        const value = of(run);
        const text = format(value, kind, timeZone);
        return (
          <td key={name} data-value={value ?? ''} className={kind === 'TEXT' || kind === 'TIME' ? undefined : 'number'}>
            {name === 'Run' ? <Named run={run} name={text} address={address} /> : name === 'Status' ? <><Status run={run} /><span className="note" data-reason title={reasonOf(run)}>{reasonOf(run)}</span></> : kind === 'TIME' ? <Moment text={text} /> : text}
          </td>
        );
      })}
    </tr>
  );
}

/** A moment, of which small screens leave out this year. */
function Moment({ text }: { text: string }) {
  const [, day, year, time] = /^(.+?)([,\s]*\d{4})(.*)$/.exec(text) ?? [];
  return year?.endsWith(String(new Date().getFullYear())) ? <>{day}<span className="this-year">{year}</span>{time}</> : text;
}

/** Why a run did not succeed, as far as it says: its most common error, else its exit code. Of one that runs, for how long. */
function reasonOf({ status, startedAt, errors, exitCode, totalErrors }: Row): string {
  if (status === 'RUNNING') return `for ${age((Date.now() - Date.parse(startedAt)) / 1000)}`;
  if (status !== 'FAILED' && status !== 'PARTIAL_FAILURE') return '';
  const most = errors?.mostCommon;
  if (most) return `${words(most.category)} (${format(most.errors, 'COUNT')})`;
  if (exitCode) return `Exit code ${exitCode}`;
  return totalErrors > 0 ? `${format(totalErrors, 'COUNT')} errors` : 'No reason given';
}

function Named({ run, name, address }: { run: Row; name: string; address: string }) {
  const below = BELOW.flatMap(({ of }) => of(run) ?? []).map((each) => isolated(String(each))).join(' · ');
  return (
    <>
      <a href={address} onClick={follow} title={name}>{name}</a>
      <span className="note" title={below}>{below}</span>
    </>
  );
}
