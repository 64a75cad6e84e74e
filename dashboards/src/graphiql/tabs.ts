import { documents, type QueryName } from '../queries/generated';

/** The questions that everyone asks, in the order of their numbers. */
const questions = import.meta.glob<string>('../questions/*.graphql', { query: '?raw', import: 'default', eager: true });

export type Tab = { query: string; variables?: string };

/** Variables with which the dashboards' own queries can be run as they are. */
const VARIABLES: Record<string, unknown> = {
  filter: { lastDays: 30 },
  period: { lastDays: 30 },
  before: null,
  compare: false,
  open: { statuses: ['RUNNING'] },
  timeZone: 'UTC',
  orderBy: { key: 'STARTED_AT', direction: 'DESC' },
  baseline: 'v2.0',
  candidate: 'v2.1',
};

/** The dashboards' queries that answer one question each; pages, which ask many at once, and choices of filters are none. */
export const offered = (Object.keys(documents) as QueryName[]).filter((name) => !name.endsWith('-page') && !['overview', 'choices', 'runs-count', 'run'].includes(name));

export function defaultTabs(): Tab[] {
  const asked = Object.keys(questions).sort().map((file) => ({ query: questions[file]! }));
  return [...asked, ...offered.map((name) => tabOf(name, exampleOf(name)))];
}

/** The tab that a panel's link asks for, if it does. */
export function linkedTab(parameters: URLSearchParams): Tab | null {
  const name = parameters.get('query');
  if (name === null || !Object.hasOwn(documents, name)) return null;
  return tabOf(name as QueryName, readVariables(parameters.get('variables')) ?? exampleOf(name as QueryName));
}

export function exampleOf(name: QueryName): Record<string, unknown> {
  const metric = name.startsWith('provider') ? 'PROVIDER_SUCCESS_RATE' : 'APPROVAL_RATE';
  const values: Record<string, unknown> = { ...VARIABLES, metric };
  return Object.fromEntries(documents[name].variables.filter((each) => each in values).map((each) => [each, values[each]]));
}

function tabOf(name: QueryName, variables: object): Tab {
  return { query: documents[name].text, variables: JSON.stringify(variables, null, 2) };
}

function readVariables(text: string | null): object | null {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
