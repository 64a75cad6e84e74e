import { useMemo, type FormEvent } from 'react';
import { changeInWords, detailsInWords } from '../auditWords';
import { mayAdminister } from '../panels/AlertActions';
import { ForAdministrators } from '../panels/ForAdministrators';
import { Page } from '../panels/Page';
import { Panel } from '../panels/Panel';
import { isDate, spanOf } from '../period';
import type { AuditFilter, Queries } from '../queries/generated';
import { follow, useAddress } from '../router';
import type { Table } from '../table';
import { useQuery } from '../useQuery';
import { changeAddress, useView } from '../view';

type Entry = NonNullable<Queries['audit-log']['data']['auditLog']>['nodes'][number];

/** Names in the address, and what the reader calls them. */
const TEXTS = { actor: 'Who', action: 'What', subject: 'About' };
const DAYS = { from: 'From', to: 'To' };

/** Who did what, with what was there before and after, the latest first. */
export default function AuditLog() {
  const { view } = useView();
  const { searchParams } = useAddress();
  const { timeZone } = view;
  const key = searchParams.toString();
  const variables = useMemo(() => ({ audit: filterOf(new URLSearchParams(key), timeZone), after: new URLSearchParams(key).get('after') }), [key, timeZone]);
  const result = useQuery('audit-log', variables, mayAdminister() ? 0 : null);
  if (!mayAdminister()) return <Page title="Audit log" view={view} errors={[]}><ForAdministrators what="the audit log" /></Page>;
  const page = result.data?.auditLog;
  const show = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget);
    changeAddress({ ...Object.fromEntries([...Object.keys(TEXTS), ...Object.keys(DAYS)].map((name) => [name, String(chosen.get(name) ?? '').trim()])), after: null });
  };
  return (
    <Page title="Audit log" view={view} errors={result.errors} filters={
      <form className="filters" key={key} onSubmit={show}>
        {Object.entries(TEXTS).map(([name, label]) => (
          <label key={name}>{label}
            <input name={name} defaultValue={searchParams.get(name) ?? ''} autoComplete="off" />
          </label>
        ))}
        {Object.entries(DAYS).map(([name, label]) => (
          <label key={name}>{label}
            <input type="date" name={name} defaultValue={searchParams.get(name) ?? ''} />
          </label>
        ))}
        <button type="submit">Show</button>
      </form>
    }>
      <div className="panels">
        <Panel name="audit-log" title="Entries" variables={variables} timeZone={timeZone} result={result} table={page ? tableOf(page.nodes) : null} empty="There is no such entry." wide open before={
          <p className="paging">
            {searchParams.has('after') && <a href={addressOf({ after: null })} onClick={follow}>Latest entries</a>}
            {page?.pageInfo.hasNextPage && <a href={addressOf({ after: page.pageInfo.endCursor })} onClick={follow}>Earlier entries</a>}
          </p>
        } />
      </div>
    </Page>
  );
}

function filterOf(parameters: URLSearchParams, timeZone: string): AuditFilter {
  const day = (name: string) => (isDate(parameters.get(name) ?? '') ? parameters.get(name) : null);
  return {
    ...Object.fromEntries(Object.keys(TEXTS).flatMap((name) => (parameters.get(name) ? [[name, parameters.get(name)]] : []))),
    ...spanOf('own', day('from'), day('to'), timeZone),
  };
}

/** This page with other parameters. */
function addressOf(changes: Record<string, string | null>): string {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  return address.pathname + address.search;
}

function tableOf(entries: Entry[]): Table {
  const only = (name: keyof typeof TEXTS, value: string | null | undefined) => (value == null ? null : { value, kind: 'TEXT' as const, href: addressOf({ [name]: value, after: null }) });
  return {
    columns: [{ name: 'When', kind: 'TIME' }, { name: 'Who', kind: 'TEXT' }, { name: 'What', kind: 'TEXT' }, { name: 'About', kind: 'TEXT' }, { name: 'Asked for', kind: 'TEXT' }, { name: 'Changed', kind: 'TEXT' }],
    rows: entries.map(({ at, actor, action, subject, details, before, after }) => [
      at,
      only('actor', actor),
      only('action', action),
      only('subject', subject),
      detailsInWords(details),
      changeInWords(before, after),
    ]),
  };
}
