import type { RunFilter, RunStatus } from './queries/generated';

type List = 'environments' | 'triggers' | 'promptVersions' | 'arbiterConfigs' | 'providers' | 'questionTypes' | 'difficulties' | 'errorCategories';
type Range = 'overallSuccessRate' | 'approvalRate' | 'arbiterScore' | 'durationSeconds' | 'costUsd';

export const LISTS: Record<string, List> = {
  env: 'environments', trigger: 'triggers', prompt: 'promptVersions', arbiter: 'arbiterConfigs', provider: 'providers',
  type: 'questionTypes', difficulty: 'difficulties', error: 'errorCategories',
};
export const RANGES: Record<string, Range> = {
  success: 'overallSuccessRate', approval: 'approvalRate', score: 'arbiterScore', duration: 'durationSeconds', cost: 'costUsd',
};
export const STATUS_WORDS: Record<string, RunStatus[]> = {
  success: ['SUCCESS'], partial: ['PARTIAL_FAILURE'], failed: ['FAILED'], running: ['RUNNING'], finished: ['SUCCESS', 'PARTIAL_FAILURE', 'FAILED'],
};

export const STUCK_WORD = 'stuck';

export type Search = { filter: RunFilter; problems: string[] };

const CONDITION = /([a-z]+)\s*(>=|<=|>|<|=|:)\s*("[^"]*"|[^\s"]+)|"([^"]*)"|(\S+)/gi;

/**
 * What somebody looks for: `cost > 0.5 error:rate_limit prompt:v2.1,v2.0 status:failed duration>5m success<50%`. A word by itself is looked
 * for in names of runs. What cannot be read is said, and left out.
 */
export function readSearch(text: string): Search {
  const filter: RunFilter = {};
  const problems: string[] = [];
  const names: string[] = [];
  for (const [, field, operator, value, quoted, word] of text.matchAll(CONDITION)) {
    if (field === undefined) names.push(quoted ?? word!);
    else {
      const problem = add(filter, field.toLowerCase(), operator!, value!.replaceAll('"', ''));
      if (problem) problems.push(problem);
    }
  }
  if (names.length > 0) filter.clientRunIdContains = names.join(' ').slice(0, 100);
  return { filter, problems };
}

function add(filter: RunFilter, field: string, operator: string, value: string): string | null {
  const isEqual = operator === ':' || operator === '=';
  if (field === 'status' && isEqual) {
    const named = value.toLowerCase().split(',');
    if (named.includes(STUCK_WORD)) filter.stuck = true;
    const statuses = named.filter((each) => each !== STUCK_WORD).map((each) => STATUS_WORDS[each]);
    if (statuses.includes(undefined as never)) return `“${value}” is no status: use ${[...Object.keys(STATUS_WORDS), STUCK_WORD].join(', ')}.`;
    filter.statuses = [...(filter.statuses ?? []), ...statuses.flat() as RunStatus[]];
    return null;
  }
  if (Object.hasOwn(LISTS, field)) {
    if (!isEqual) return `${field} takes a name, as in ${field}:name.`;
    filter[LISTS[field]!] = [...(filter[LISTS[field]!] ?? []), ...value.split(',').filter(Boolean)];
    return null;
  }
  if (!Object.hasOwn(RANGES, field)) return `There is no field “${field}”: use ${['status', ...Object.keys(LISTS), ...Object.keys(RANGES)].join(', ')}.`;
  const number = numberOf(value);
  if (number === null) return `“${value}” is no number, as in ${field} > 0.5.`;
  const range = { ...filter[RANGES[field]!] };
  // The server's bounds are included.
  const least = Math.max(Math.abs(number) * Number.EPSILON, 1e-12);
  if (operator.startsWith('>') || isEqual) range.min = operator === '>' ? number + least : number;
  if (operator.startsWith('<') || isEqual) range.max = operator === '<' ? number - least : number;
  if (typeof range.min === 'number' && typeof range.max === 'number' && range.min > range.max) return `No ${field} can be all of this.`;
  filter[RANGES[field]!] = range;
  return null;
}

const UNITS: Record<string, number> = { '%': 0.01, s: 1, m: 60, h: 3600 };

/** A number, be it `50%`, `$0.5` or `5m`. */
function numberOf(text: string): number | null {
  const [, digits, unit] = /^\$?(-?\d+(?:\.\d+)?)(%|s|m|h)?$/.exec(text) ?? [];
  return digits === undefined ? null : Number(digits) * (unit ? UNITS[unit]! : 1);
}

/** What the last word of a text can become. */
export function completionsOf(text: string, values: Record<string, string[]>): string[] {
  const at = text.search(/\S*$/);
  const [before, last] = [text.slice(0, at), text.slice(at)];
  const [, field] = /^([a-z]+):/i.exec(last) ?? [];
  const candidates = field
    ? (values[field.toLowerCase()] ?? []).map((value) => `${field}:${/[\s"]/.test(value) ? `"${value}"` : value}`)
    : ['status:', ...Object.keys(LISTS).map((list) => `${list}:`), ...Object.keys(RANGES).flatMap((range) => [`${range}>`, `${range}<`])];
  return candidates.filter((each) => each.toLowerCase().startsWith(last.toLowerCase()) && each !== last).slice(0, 50).map((each) => before + each);
}
