/** The periods that a view can show, and what they ask of the server. Periods are half-open: their end is not included. */
export type Span = { from?: string; to?: string; lastDays?: number };
export type Period = '7d' | '30d' | '90d' | '365d' | 'all' | 'own';

export const PERIODS: Record<Period, string> = {
  '7d': '7 days', '30d': '30 days', '90d': '90 days', '365d': 'A year', all: 'Everything', own: 'Own dates',
};

const DAY_MS = 86_400_000;

/** What the period asks for; own dates are days of the time zone, the last one included. */
export function spanOf(period: Period, fromDay: string | null, toDay: string | null, timeZone: string): Span {
  if (period === 'all') return {};
  if (period !== 'own') return { lastDays: Number.parseInt(period) };
  return {
    ...(fromDay && { from: midnight(fromDay, timeZone).toISOString() }),
    ...(toDay && { to: midnight(nextDay(toDay), timeZone).toISOString() }),
  };
}

/** The period of the same length just before; null if there is none, since the span has no beginning. */
export function spanBefore(span: Span, now: Date): Span | null {
  const to = span.to ? new Date(span.to) : now;
  const from = span.lastDays ? new Date(now.getTime() - span.lastDays * DAY_MS) : span.from ? new Date(span.from) : null;
  if (!from || from >= to) return null;
  return { from: new Date(2 * from.getTime() - to.getTime()).toISOString(), to: from.toISOString() };
}

/** The moment at which a day (2026-11-24) begins in a time zone. */
export function midnight(day: string, timeZone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // The offset at the answer may differ from the one at the first guess, if the clock changes between the two.
  let moment = utc - offsetAt(utc, timeZone);
  moment = utc - offsetAt(moment, timeZone);
  return new Date(moment);
}

function offsetAt(moment: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(moment);
  const part = (type: string) => Number(parts.find((each) => each.type === type)!.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(moment / 1000) * 1000;
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}
