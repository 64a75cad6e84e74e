import type { Metric, MetricUnit, RunStatus } from './queries/generated';

/** What a value is, and so how it is written. */
export type Kind = MetricUnit | 'COUNT' | 'TIME' | 'DAY' | 'TEXT' | 'P_VALUE';
export type Value = string | number | null | undefined;

const NONE = '–';
const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(undefined, options);
const whole = number({ maximumFractionDigits: 0 });
const tenths = number({ maximumFractionDigits: 1 });
const fine = number({ maximumFractionDigits: 2, minimumFractionDigits: 2 });
const percent = number({ style: 'percent', maximumFractionDigits: 1 });
const cents = number({ style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' });
const axisMoney = number({ style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', minimumFractionDigits: 0, maximumFractionDigits: 6 });
const twoDigits = number({ maximumSignificantDigits: 2 });
const smallMoney = number({ style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', minimumFractionDigits: 4 });

/** A value with its unit, in the reader's locale. */
export function format(value: Value, kind: Kind, timeZone = 'UTC'): string {
  if (value === null || value === undefined) return NONE;
  if (kind === 'TIME' || kind === 'DAY') return formatTime(String(value), kind, timeZone);
  if (typeof value === 'string') return value;
  switch (kind) {
    case 'SHARE': return percent.format(value);
    case 'SCORE': return fine.format(value);
    case 'SECONDS': return duration(value);
    case 'USD': return Math.abs(value) < 1 ? smallMoney.format(value) : cents.format(value);
    case 'CALLS': return fine.format(value);
    case 'P_VALUE': return value < 0.001 ? `< ${number({ maximumFractionDigits: 3 }).format(0.001)}` : number({ maximumSignificantDigits: 2 }).format(value);
    case 'TOKENS': case 'ERRORS': return tenths.format(value);
    // Of many, a fraction says nothing.
    default: return Number.isInteger(value) || Math.abs(value) >= 100 ? whole.format(value) : fine.format(value);
  }
}

/** A value at an axis: dollars without zeros that say nothing. */
export function formatOnAxis(value: number, kind: Kind): string {
  return kind === 'USD' ? axisMoney.format(value) : format(value, kind);
}

/** A difference of two values, with its sign; shares differ by percentage points. */
export function formatDifference(value: number | null | undefined, kind: Kind): string {
  if (value === null || value === undefined) return NONE;
  const sign = value > 0 ? '+' : value < 0 ? '−' : '±';
  const size = Math.abs(value);
  const text = (of: number) => (kind === 'SHARE' ? `${tenths.format(of * 100)} pp` : format(of, kind));
  // What is not nothing is not written as nothing.
  if (size > 0 && text(size) === text(0)) return sign + (kind === 'SHARE' ? `${twoDigits.format(size * 100)} pp` : kind === 'USD' ? `$${twoDigits.format(size)}` : twoDigits.format(size));
  return sign + text(size);
}

export function formatTime(moment: string, kind: 'TIME' | 'DAY', timeZone: string): string {
  return timesIn(timeZone)[kind].format(new Date(moment));
}

const known = new Map<string, Record<'TIME' | 'DAY', Intl.DateTimeFormat>>();

/** Making a format takes far longer than using it, and tables have thousands of moments. */
function timesIn(timeZone: string) {
  let formats = known.get(timeZone);
  if (!formats) {
    const DAY = new Intl.DateTimeFormat(undefined, { timeZone, dateStyle: 'medium' });
    const TIME = new Intl.DateTimeFormat(undefined, { timeZone, dateStyle: 'medium', timeStyle: 'short' });
    known.set(timeZone, (formats = { DAY, TIME }));
  }
  return formats;
}

function duration(seconds: number): string {
  const unit = (value: number, name: string) => number({ style: 'unit', unit: name, unitDisplay: 'narrow', maximumFractionDigits: 0 }).format(value);
  if (Math.abs(seconds) < 60) return number({ style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumFractionDigits: seconds < 10 ? 2 : 1 }).format(seconds);
  const total = Math.round(seconds);
  if (total < 3600) return `${unit(Math.floor(total / 60), 'minute')} ${unit(total % 60, 'second')}`;
  return `${unit(Math.floor(total / 3600), 'hour')} ${unit(Math.floor((total % 3600) / 60), 'minute')}`;
}

/** How long something has been going on, in its largest unit. */
export function age(seconds: number): string {
  const [size, name] = seconds < 3600 ? [60, 'minute'] : seconds < 172_800 ? [3600, 'hour'] : [86_400, 'day'];
  const value = Math.max(1, Math.floor(seconds / size));
  return `${whole.format(value)} ${name}${value === 1 ? '' : 's'}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

/** `rate_limit` and `PARTIAL_FAILURE` as words. */
export function words(name: string): string {
  const text = name.toLowerCase().replaceAll('_', ' ');
  return isolated(text.charAt(0).toUpperCase() + text.slice(1));
}

/** A name that is written from right to left, so that what is beside it in a sentence stays where it is. */
export function isolated(name: string): string {
  return /[\u0590-\u08ff\ufb1d-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name;
}

export const STATUSES: Record<RunStatus, string> = {
  SUCCESS: 'Success', PARTIAL_FAILURE: 'Partial failure', FAILED: 'Failed', RUNNING: 'Running',
};

export const METRICS: Partial<Record<Metric, string>> = {
  RUN_SUCCESS_RATE: 'Successful runs',
  GENERATION_SUCCESS_RATE: 'Generation success',
  OVERALL_SUCCESS_RATE: 'Overall success',
  APPROVAL_RATE: 'Approval rate',
  ARBITER_SCORE: 'Arbiter score',
  DUPLICATE_RATE: 'Duplicate rate',
  DURATION_PER_QUESTION: 'Duration per question',
  COST_PER_INSERTED_QUESTION: 'Cost per inserted question',
  API_CALLS_PER_INSERTED_QUESTION: 'API calls per inserted question',
  PROVIDER_SUCCESS_RATE: 'Generation success',
  ATTRIBUTED_APPROVAL_RATE: 'Approval rate, estimated',
  API_CALLS_PER_GENERATED_QUESTION: 'API calls per generated question',
  COST_PER_GENERATED_QUESTION: 'Cost per generated question',
  RUN_FAILURE_RATE: 'Failed runs',
  GENERATION_FAILURE_RATE: 'Generation failures',
  INSERTION_FAILURE_RATE: 'Insertion failures',
  ERRORS_PER_RUN: 'Errors per run',
  TOKENS_PER_INSERTED_QUESTION: 'Tokens per inserted question',
  DURATION: 'Duration',
  COST_PER_RUN: 'Cost per run',
};
