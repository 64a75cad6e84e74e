import { createContext, useContext, useMemo } from 'react';
import { formatTime, STATUSES } from './format';
import { DAY_MS, isDate, PERIODS, spanBefore, spanOf, type Period, type Span } from './period';
import type { EventFilter, RunFilter, RunStatus } from './queries/generated';
import { root } from './root';
import { go, isBack, useAddress } from './router';
import { readSearch } from './search';

/** What a page shows of the ledger. All of it is in the address, so that a view can be shared. */
export type View = {
  period: Period;
  from: string | null;
  to: string | null;
  timeZone: string;
  environments: string[];
  triggers: string[];
  promptVersions: string[];
};

/** Names in the address. */
const VIEW_PARAMETERS = ['period', 'from', 'to', 'tz', 'environment', 'trigger', 'prompt'];
/** Those of the list of runs, which a run's page keeps for the way back, and for the runs beside it. */
const LIST_PARAMETERS = ['q', 'status', 'provider', 'category', 'name', 'order', 'direction', 'hide'];

export function readView(parameters: URLSearchParams, usual: Period = '30d'): View {
  const period = parameters.get('period') as Period;
  return {
    period: Object.hasOwn(PERIODS, period) ? period : usual,
    from: dateIn(parameters, 'from'),
    to: dateIn(parameters, 'to'),
    timeZone: isTimeZone(parameters.get('tz')) ?? 'UTC',
    environments: parameters.getAll('environment').filter(Boolean),
    triggers: parameters.getAll('trigger').filter(Boolean),
    promptVersions: parameters.getAll('prompt').filter(Boolean),
  };
}

/** The view as the server's filters: the runs, those of the period before, the period alone, and what is going on now. */
export function filtersOf(view: View, now: Date) {
  const span = spanOf(view.period, view.from, view.to, view.timeZone, now);
  const before = spanBefore(span, now);
  const runs: RunFilter = {
    ...(view.environments.length > 0 && { environments: view.environments }),
    ...(view.triggers.length > 0 && { triggers: view.triggers }),
    ...(view.promptVersions.length > 0 && { promptVersions: view.promptVersions }),
  };
  return {
    filter: { ...span, ...runs },
    before: before && { ...before, ...runs },
    compare: before !== null,
    period: span,
    moving: { ...latestOf(span, now), ...runs } satisfies RunFilter,
    open: { ...runs, statuses: ['RUNNING'] } satisfies RunFilter,
    failed: { ...runs, lastDays: 1, statuses: ['FAILED'] } satisfies RunFilter,
    partly: { ...runs, lastDays: 1, statuses: ['PARTIAL_FAILURE'] } satisfies RunFilter,
    fortnight: { ...runs, lastDays: 14 } satisfies RunFilter,
    live: runs,
    events: { ...momentsOf(span, now), ...(view.environments.length > 0 && { environments: view.environments }) } satisfies EventFilter,
    ...momentsOf(span, now),
    timeZone: view.timeZone,
  };
}

/** What moves now shows in the last months; whoever looks at years is not to be told of long ago. */
export const MOVING_DAYS = 90;

/** The last days of a period. */
function latestOf(span: Span, now: Date): Span {
  if (span.lastDays) return { lastDays: Math.min(span.lastDays, MOVING_DAYS) };
  const from = (span.to ? Date.parse(span.to) : now.getTime()) - MOVING_DAYS * DAY_MS;
  return span.from && Date.parse(span.from) >= from ? span : { ...span, from: new Date(from).toISOString() };
}

/** The bounds of a period. */
function momentsOf(span: Span, now: Date): { from?: string; to?: string } {
  const from = span.lastDays ? new Date(now.getTime() - span.lastDays * DAY_MS).toISOString() : span.from;
  return { ...(from && { from }), ...(span.to && { to: span.to }) };
}

/** Which runs a query is about, by its variables, for those who see the answer away from its page. */
export function runsInWords({ filter, id }: { filter?: RunFilter; id?: string }, timeZone: string, now: Date): string {
  if (!filter) return id ? `Run ${id}` : '';
  const day = (moment: Date) => formatTime(moment.toISOString(), 'DAY', timeZone);
  const { from, to, lastDays, environments, triggers, promptVersions } = filter;
  // The end of a period is the first moment after it.
  const until = to ? day(new Date(Date.parse(to) - 1)) : day(now);
  const period = lastDays ? `${lastDays} days up to ${until}` : from ? `${day(new Date(from))} to ${until}` : `Everything up to ${until}`;
  return [period, ...[environments, triggers, promptVersions].flatMap((names) => names ?? []), timeZone].join(' · ');
}

/** Not a status of its own: a run that goes on, and was declared stuck. */
export const STUCK = 'STUCK';

/** What the list of runs is narrowed to beside the view. */
export function readRunFilter(parameters: URLSearchParams): RunFilter {
  const values = (name: string) => (parameters.get(name) ?? '').split(',').filter(Boolean);
  const statuses = values('status').filter((each): each is RunStatus => Object.hasOwn(STATUSES, each));
  const stuck = values('status').includes(STUCK);
  const [providers, errorCategories] = [parameters.getAll('provider'), parameters.getAll('category')];
  const text = parameters.get('name');
  return {
    // Where both say something of a field, what was chosen holds.
    ...readSearch(parameters.get('q') ?? '').filter,
    ...((statuses.length > 0 || stuck) && { statuses, ...(stuck && { stuck }) }),
    ...(providers.length > 0 && { providers }),
    ...(errorCategories.length > 0 && { errorCategories }),
    ...(text && { clientRunIdContains: text }),
  };
}

/** By address, so that whoever comes back to a view asks what was asked, and is shown what was answered. */
const views = new Map<string, { view: View; filters: ReturnType<typeof filtersOf> }>();

/** The view in the address, with its filters and the page's usual period; the period before is that of the moment at which the view was chosen. */
export function useView(usual?: Period) {
  const { searchParams } = useAddress();
  const key = searchParams.toString();
  return useMemo(() => {
    const name = `${usual} ${key}`;
    const known = views.get(name);
    if (known && isBack()) return known;
    const view = readView(new URLSearchParams(key), usual);
    const chosen = { view, filters: filtersOf(view, new Date()) };
    views.set(name, chosen);
    return chosen;
  }, [key, usual]);
}

/** The view that the page shows, for what leads from its figures to their runs. */
export const ShownView = createContext<View>(readView(new URLSearchParams()));

/** The way from a figure to the runs behind it. */
export function useRunsOf(): (of?: RunsOf) => string {
  const view = useContext(ShownView);
  return useMemo(() => (of) => runsAddress(view, of), [view]);
}

/** The ways from a chart over time: to the runs of a bucket, and into what was dragged over. */
export function useBuckets(starts: string[]) {
  const view = useContext(ShownView);
  return {
    runsOf: (bucket: number, of: RunsOf = {}) => runsAddress(view, { ...of, ...bucketOfView(starts, bucket, view) }),
    zoom: (from: number, to: number) => {
      const [first, last] = [bucketOfView(starts, from, view), bucketOfView(starts, to, view)];
      changeAddress({ period: 'own', from: first.from!, to: last.to ?? null });
    },
  };
}

/** A bucket of time as a period of one's own; the last one ends with the view. */
export function bucketOfView(starts: string[], i: number, view: View): RunsOf {
  const { to } = spanOf(view.period, view.from, view.to, view.timeZone);
  const end = starts[i + 1] ?? to;
  return { period: 'own', from: starts[i]!, ...(end && { to: end }) };
}

/** Changes parameters of the address, which can have several values; null takes one away. */
export function changeAddress(changes: Record<string, string | string[] | null>): void {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    const values = [value ?? []].flat().filter(Boolean);
    // Where it was, if it was there.
    if (values.length === 1) address.searchParams.set(name, values[0]!);
    else address.searchParams.delete(name);
    if (values.length > 1) values.forEach((each) => address.searchParams.append(name, each));
  }
  go(address.href);
}

/** The address of another page that shows the same view. */
export function linkTo(path: string, parameters: URLSearchParams, more: string[][] = []): string {
  const kept = [...parameters].filter(([name]) => VIEW_PARAMETERS.includes(name) && !more.some(([other]) => other === name));
  const query = new URLSearchParams([...kept, ...more]).toString();
  return query ? `${path}?${query}` : path;
}

export const FINISHED = 'SUCCESS,PARTIAL_FAILURE,FAILED';

/** Which runs a figure is about, by the names of the address: what is left out is as the page has it. */
export type RunsOf = Partial<Record<'period' | 'from' | 'to' | 'environment' | 'trigger' | 'prompt' | 'status' | 'provider' | 'category' | 'order' | 'direction', string>>;

/** The address of the runs behind a figure: of the same view, in the same zone. */
export function runsAddress({ period, from, to, timeZone, environments, triggers, promptVersions }: View, of: RunsOf = {}): string {
  const shown = { period, from: period === 'own' ? from : null, to: period === 'own' ? to : null, tz: timeZone === 'UTC' ? null : timeZone, environment: environments, trigger: triggers, prompt: promptVersions };
  const parameters = Object.entries({ ...shown, ...(of.period && { from: null, to: null }), ...of }).flatMap(([name, values]) => [values].flat().flatMap((value) => (value ? [[name, value]] : [])));
  return `${root}runs?${new URLSearchParams(parameters)}`;
}

/** The address of a run's page, which keeps the view and the list that it was opened from. */
export function runAddress(id: string, parameters: URLSearchParams): string {
  return linkTo(`${root}runs/${id}`, parameters, [...parameters].filter(([name]) => LIST_PARAMETERS.includes(name)));
}

/** The address of the list that a run's page was opened from. */
export function listAddress(parameters: URLSearchParams): string {
  return linkTo(`${root}runs`, parameters, [...parameters].filter(([name]) => LIST_PARAMETERS.includes(name)));
}

export const timeZones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

function isTimeZone(name: string | null): string | null {
  try {
    return name && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone && name;
  } catch {
    return null;
  }
}

function dateIn(parameters: URLSearchParams, name: string): string | null {
  const date = parameters.get(name);
  return date && isDate(date) ? date : null;
}
