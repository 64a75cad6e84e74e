/** The periods that a view can show, and what they ask of the server. Periods are half-open: their end is not included. */
export type Span = { from?: string; to?: string; lastDays?: number };
export type Period = 'today' | 'yesterday' | '24h' | '7d' | '30d' | '90d' | '365d' | 'all' | 'own';

export const PERIODS: Record<Period, string> = {
  today: 'Today', yesterday: 'Yesterday', '24h': '24 hours', '7d': '7 days', '30d': '30 days', '90d': '90 days', '365d': 'A year', all: 'Everything', own: 'Own dates',
};

export const DAY_MS = 86_400_000;

/**
 * What the period asks for. Own dates are days of the time zone, the last one included, or moments, of which the last one is not: as a
 * clock of the zone shows them (2026-11-24T09:30), or in UTC (2026-11-24T09:30:00Z).
 */
export function spanOf(period: Period, from: string | null, to: string | null, timeZone: string, now = new Date()): Span {
  const today = dayOf(now, timeZone);
  switch (period) {
    case 'all': return {};
    case 'today': return { from: midnight(today, timeZone).toISOString() };
    case 'yesterday': return { from: midnight(shifted(today, -1), timeZone).toISOString(), to: midnight(today, timeZone).toISOString() };
    case '24h': return { lastDays: 1 };
    case 'own': return {
      ...(from && { from: momentOf(from, timeZone).toISOString() }),
      ...(to && { to: (isDay(to) ? midnight(shifted(to, 1), timeZone) : momentOf(to, timeZone)).toISOString() }),
    };
    default: return { lastDays: Number.parseInt(period) };
  }
}

/** Whether a text is a day or a moment that the address can have. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?$/.test(text)) return false;
  const moment = Date.parse(isDay(text) || text.endsWith('Z') ? text : `${text}Z`);
  // Some browsers take the 31st of November for the first of December.
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(text.slice(0, 10));
}

export const isDay = (text: string) => text.length === 10;

/** A day's beginning, or a moment. */
export function momentOf(text: string, timeZone: string): Date {
  return text.endsWith('Z') ? new Date(text) : isDay(text) ? midnight(text, timeZone) : inZone(`${text}Z`, timeZone);
}

/** A moment as a clock of the zone shows it, to the minute: 2026-11-24T09:30. */
export function clockOf(moment: Date, timeZone: string): string {
  return new Date(moment.getTime() + offsetAt(moment.getTime(), timeZone)).toISOString().slice(0, 16);
}

export const dayOf = (moment: Date, timeZone: string) => clockOf(moment, timeZone).slice(0, 10);

/** The period of the same length just before; null if there is none, since the span has no beginning. */
export function spanBefore(span: Span, now: Date): Span | null {
  const to = span.to ? new Date(span.to) : now;
  const from = span.lastDays ? new Date(now.getTime() - span.lastDays * DAY_MS) : span.from ? new Date(span.from) : null;
  if (!from || from >= to) return null;
  return { from: new Date(2 * from.getTime() - to.getTime()).toISOString(), to: from.toISOString() };
}

/** The moment at which a day (2026-11-24) begins in a time zone. */
export function midnight(day: string, timeZone: string): Date {
  return inZone(`${day}T00:00:00Z`, timeZone);
}

function inZone(clock: string, timeZone: string): Date {
  const utc = Date.parse(clock);
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

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
