import { useMemo } from 'react';
import { formatTime } from './format';
import { PERIODS, spanBefore, spanOf, type Period } from './period';
import type { RunFilter } from './queries/generated';
import { go, useAddress } from './router';

/** What a page shows of the ledger. All of it is in the address, so that a view can be shared. */
export type View = {
  period: Period;
  from: string | null;
  to: string | null;
  timeZone: string;
  environment: string | null;
  trigger: string | null;
  promptVersion: string | null;
};

/** Names in the address. */
const VIEW_PARAMETERS = ['period', 'from', 'to', 'tz', 'environment', 'trigger', 'prompt'];

export function readView(parameters: URLSearchParams, usual: Period = '30d'): View {
  const period = parameters.get('period') as Period;
  return {
    period: Object.hasOwn(PERIODS, period) ? period : usual,
    from: dayIn(parameters, 'from'),
    to: dayIn(parameters, 'to'),
    timeZone: isTimeZone(parameters.get('tz')) ?? 'UTC',
    environment: parameters.get('environment'),
    trigger: parameters.get('trigger'),
    promptVersion: parameters.get('prompt'),
  };
}

/** The view as the server's filters: the runs, those of the period before, the period alone, and what is going on now. */
export function filtersOf(view: View, now: Date) {
  const span = spanOf(view.period, view.from, view.to, view.timeZone);
  const before = spanBefore(span, now);
  const runs: RunFilter = {
    ...(view.environment && { environments: [view.environment] }),
    ...(view.trigger && { triggers: [view.trigger] }),
    ...(view.promptVersion && { promptVersions: [view.promptVersion] }),
  };
  return {
    filter: { ...span, ...runs },
    before: before && { ...before, ...runs },
    compare: before !== null,
    period: span,
    open: { ...runs, statuses: ['RUNNING'] } satisfies RunFilter,
    live: runs,
    timeZone: view.timeZone,
  };
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

/** The view in the address, with its filters and the page's usual period; the period before is that of the moment at which the view was chosen. */
export function useView(usual?: Period) {
  const { searchParams } = useAddress();
  const key = searchParams.toString();
  return useMemo(() => {
    const view = readView(new URLSearchParams(key), usual);
    return { view, filters: filtersOf(view, new Date()) };
  }, [key, usual]);
}

/** Changes parameters of the address; null takes one away. */
export function changeAddress(changes: Record<string, string | null>): void {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  go(address.href);
}

/** The address of another page that shows the same view. */
export function linkTo(path: string, parameters: URLSearchParams, more: Record<string, string> = {}): string {
  const kept = [...parameters].filter(([name]) => VIEW_PARAMETERS.includes(name) && !(name in more));
  const query = new URLSearchParams([...kept, ...Object.entries(more)]).toString();
  return query ? `${path}?${query}` : path;
}

export const timeZones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

function isTimeZone(name: string | null): string | null {
  try {
    return name && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone && name;
  } catch {
    return null;
  }
}

function dayIn(parameters: URLSearchParams, name: string): string | null {
  const day = parameters.get(name);
  return day && /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : null;
}
