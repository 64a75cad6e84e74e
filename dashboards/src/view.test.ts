import { expect, test } from 'vitest';
import { filtersOf, runsInWords, linkTo, readView } from './view';

const now = new Date('2026-11-24T12:00:00Z');
const view = (query: string) => readView(new URLSearchParams(query));

test('without parameters a view shows 30 days of everything in UTC', () => {
  expect(filtersOf(view(''), now)).toEqual({
    filter: { lastDays: 30 },
    before: { from: '2026-09-25T12:00:00.000Z', to: '2026-10-25T12:00:00.000Z' },
    compare: true,
    period: { lastDays: 30 },
    open: { statuses: ['RUNNING'] },
    live: {},
    timeZone: 'UTC',
  });
});

test('what the address chooses holds for the period and the one before', () => {
  const filters = filtersOf(view('period=7d&environment=staging&trigger=manual&prompt=v2.1'), now);
  const chosen = { environments: ['staging'], triggers: ['manual'], promptVersions: ['v2.1'] };
  expect(filters.filter).toEqual({ lastDays: 7, ...chosen });
  expect(filters.before).toMatchObject(chosen);
  expect(filters.period).toEqual({ lastDays: 7 });
});

test('what is wrong in the address is ignored', () => {
  expect(view('period=3d&tz=Mars/Olympus&from=2026-13-01')).toMatchObject({ period: '30d', timeZone: 'UTC', from: null });
});

test('a picture says of which runs it is', () => {
  const said = (query: string) => runsInWords(filtersOf(view(query), now), view(query).timeZone, now);
  expect(said('')).toBe('30 days up to Nov 24, 2026 · UTC');
  expect(said('period=all&environment=staging&prompt=v2.1')).toBe('Everything up to Nov 24, 2026 · staging · v2.1 · UTC');
  expect(said('period=own&from=2026-11-01&to=2026-11-10&tz=Europe/Berlin')).toBe('Nov 1, 2026 to Nov 10, 2026 · Europe/Berlin');
  expect(runsInWords({ id: '053d4f3d' }, 'UTC', now)).toBe('Run 053d4f3d');
});

test('links to other pages keep the view and nothing else', () => {
  expect(linkTo('/runs', new URLSearchParams('period=90d&metric=APPROVAL_RATE'), { status: 'FAILED' })).toBe('/runs?period=90d&status=FAILED');
  expect(linkTo('/', new URLSearchParams('order=COST'))).toBe('/');
});
