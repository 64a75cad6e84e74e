import { words } from '../format';
import { variableNames, type QueryName } from '../queries/generated';
import { readable } from '../queries/readable';

/** The questions that everyone asks, in the order of their numbers. */
const questions = import.meta.glob<string>('../questions/*.graphql', { query: '?raw', import: 'default', eager: true });

export type Tab = { query: string; variables?: string; /** Whether it is one of the dashboards' queries, as it is. */ isOwn?: boolean };
export type ReadyQuery = Tab & { title: string };

/** Variables with which the dashboards' own queries can be run as they are. */
const VARIABLES: Record<string, unknown> = {
  filter: { lastDays: 30 },
  period: { lastDays: 30 },
  before: null,
  compare: false,
  open: { statuses: ['RUNNING'] },
  failed: { lastDays: 1, statuses: ['FAILED'] },
  partly: { lastDays: 1, statuses: ['PARTIAL_FAILURE'] },
  timeZone: 'UTC',
  orderBy: { key: 'STARTED_AT', direction: 'DESC' },
  metrics: ['OVERALL_SUCCESS_RATE'],
  fortnight: { lastDays: 14 },
  events: {},
  pair: { lastDays: 30, providers: ['openai', 'anthropic'] },
  baseline: 'v2.0',
  candidate: 'v2.1',
  rule: { name: 'Draft', kind: 'CONSECUTIVE', metric: 'OVERALL_SUCCESS_RATE', threshold: 0.5, runs: 3 },
  drawn: true,
  measures: ['OVERALL_SUCCESS_RATE'],
};

/** The dashboards' queries that answer one question each; pages, which ask many at once, and choices of filters are none. */
export const offered = (Object.keys(variableNames) as QueryName[]).filter((name) => !/^mutation\b/m.test(readable[name]) && !name.endsWith('-page') && !['overview', 'choices', 'runs-count', 'run', 'run-neighbours', 'run-other', 'run-usual', 'metric-descriptions', 'alerts-firing'].includes(name));

/** What the menu offers: the questions that everyone asks, by their words, then the queries of the panels. */
export function readyQueries(): ReadyQuery[] {
  const asked = Object.keys(questions).sort().map((file) => ({ title: titleOf(questions[file]!), query: questions[file]! }));
  return [...asked, ...offered.map((name) => ({ title: words(name.replaceAll('-', '_')), ...tabOf(name, exampleOf(name)) }))];
}

/** The question in the comment that it begins with. */
function titleOf(question: string): string {
  const lines = question.split('\n');
  const comment = lines.slice(0, lines.findIndex((line) => !line.startsWith('#'))).map((line) => line.slice(1).trim()).join(' ');
  return comment.slice(0, comment.indexOf('?') + 1) || comment;
}

/** What a link brings: a panel's query by its name, or any query behind the #. */
export function linkedTab(parameters: URLSearchParams, hash = ''): Tab | null {
  const shared = new URLSearchParams(hash.slice(1));
  const query = shared.get('query');
  if (query !== null) return { query, variables: shared.get('variables') ?? '' };
  const name = parameters.get('query');
  if (name === null || !Object.hasOwn(variableNames, name)) return null;
  const tab = tabOf(name as QueryName, readVariables(parameters.get('variables')) ?? exampleOf(name as QueryName));
  return { ...tab, isOwn: /^query\b/m.test(readable[name as QueryName]) };
}

/** The address that opens a query. */
export function addressOf({ query, variables }: Tab): string {
  return `${location.pathname}#${new URLSearchParams({ query, ...(variables?.trim() && { variables }) })}`;
}

export function exampleOf(name: QueryName): Record<string, unknown> {
  const metric = name.startsWith('provider') ? 'PROVIDER_SUCCESS_RATE' : 'APPROVAL_RATE';
  const values: Record<string, unknown> = { ...VARIABLES, metric };
  return Object.fromEntries(variableNames[name].filter((each) => each in values).map((each) => [each, values[each]]));
}

function tabOf(name: QueryName, variables: object): Tab {
  return { query: readable[name], variables: JSON.stringify(variables, null, 2) };
}

function readVariables(text: string | null): object | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
