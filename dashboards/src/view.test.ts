import { expect, test } from 'vitest';
import { filtersOf, linkTo, listAddress, readRunFilter, readView, runAddress, runsAddress, runsInWords } from './view';

const now = new Date('2026-11-24T12:00:00Z');
const view = (query: string) => readView(new URLSearchParams(query));

test('without parameters a view shows 30 days of everything in UTC', () => {
  expect(filtersOf(view(''), now)).toEqual({
    filter: { lastDays: 30 },
    before: { from: '2026-09-25T12:00:00.000Z', to: '2026-10-25T12:00:00.000Z' },
    compare: true,
    period: { lastDays: 30 },
    moving: { lastDays: 30 },
    open: { statuses: ['RUNNING'] },
    failed: { lastDays: 1, statuses: ['FAILED'] },
    partly: { lastDays: 1, statuses: ['PARTIAL_FAILURE'] },
    fortnight: { lastDays: 14 },
    live: {},
    events: { from: '2026-10-25T12:00:00.000Z' },
    from: '2026-10-25T12:00:00.000Z',
    timeZone: 'UTC',
  });
});

test('what moves now shows in the last 90 days of a longer period', () => {
  const moving = (query: string) => filtersOf(view(query), now).moving;
  expect(moving('period=365d&environment=staging')).toEqual({ lastDays: 90, environments: ['staging'] });
  expect(moving('period=all')).toEqual({ from: '2026-08-26T12:00:00.000Z' });
  expect(moving('period=own&from=2026-01-01&to=2026-06-30')).toEqual({ from: '2026-04-02T00:00:00.000Z', to: '2026-07-01T00:00:00.000Z' });
  expect(moving('period=own&from=2026-06-01&to=2026-06-30')).toEqual({ from: '2026-06-01T00:00:00.000Z', to: '2026-07-01T00:00:00.000Z' });
});

test('what the address chooses holds for the period and the one before', () => {
  const filters = filtersOf(view('period=7d&environment=staging&trigger=manual&prompt=v2.1'), now);
  const chosen = { environments: ['staging'], triggers: ['manual'], promptVersions: ['v2.1'] };
  expect(filters.filter).toEqual({ lastDays: 7, ...chosen });
  expect(filters.before).toMatchObject(chosen);
  expect(filters.period).toEqual({ lastDays: 7 });
});

test('a filter can have several values, each of its own in the address', () => {
  const several = 'environment=staging&environment=a%2Cb&trigger=manual&prompt=v2&prompt=v1&environment=';
  expect(filtersOf(view(several), now).live).toEqual({ environments: ['staging', 'a,b'], triggers: ['manual'], promptVersions: ['v2', 'v1'] });
  expect(runsAddress(view(several), { status: 'FAILED' })).toMatch(/environment=staging&environment=a%2Cb&trigger=manual&prompt=v2&prompt=v1&status=FAILED$/);
  expect(runsAddress(view(several), { environment: 'staging' })).toMatch(/period=30d&environment=staging&trigger=manual/);
});

test('statuses combine, with runs that are stuck among them', () => {
  expect(readRunFilter(new URLSearchParams('status=FAILED,STUCK,NONE&provider=x&provider=y'))).toEqual({ statuses: ['FAILED'], stuck: true, providers: ['x', 'y'] });
  expect(readRunFilter(new URLSearchParams('status=STUCK&q=status:failed'))).toEqual({ statuses: [], stuck: true });
  expect(readRunFilter(new URLSearchParams('q=status:failed,stuck'))).toEqual({ statuses: ['FAILED'], stuck: true });
});

test('a run and the list around it keep every value', () => {
  const parameters = new URLSearchParams('period=7d&provider=x&provider=y&with=1');
  expect(runAddress('1', parameters)).toMatch(/runs\/1\?period=7d&provider=x&provider=y$/);
  expect(listAddress(parameters)).toMatch(/runs\?period=7d&provider=x&provider=y$/);
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
  expect(linkTo('/runs', new URLSearchParams('period=90d&metric=APPROVAL_RATE'), [['status', 'FAILED']])).toBe('/runs?period=90d&status=FAILED');
  expect(linkTo('/', new URLSearchParams('order=COST'))).toBe('/');
});

test('the runs behind a figure are those of the view, in the same zone', () => {
  const shown = view('period=90d&tz=Asia/Tokyo&environment=staging&metric=COST');
  expect(runsAddress(shown, { status: 'FAILED' })).toMatch(/runs\?period=90d&tz=Asia%2FTokyo&environment=staging&status=FAILED$/);
  expect(runsAddress(view('period=own&from=2026-11-01&to=2026-11-10'), { period: '24h' })).toMatch(/runs\?period=24h$/);
});
