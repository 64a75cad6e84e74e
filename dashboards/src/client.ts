import { exportParameters } from './exportParameters';
import { firstTexts, variableNames, type Queries, type QueryName, type RunFilter } from './queries/generated';
import { root } from './root';
import { currentSession, end, isToSendAgain, tabKey, UNREACHABLE } from './session';

export type GraphQlError = { message: string; path?: Array<string | number>; extensions?: { code?: string } };
export type Answer<Data> = { data?: Data | null; errors?: GraphQlError[] };

/** Asks a query of src/queries. Fails with a sentence for the reader if no answer comes. */
export async function fetchData<Name extends QueryName>(
  name: Name,
  variables: Queries[Name]['variables'],
  signal?: AbortSignal,
): Promise<Answer<Queries[Name]['data']>> {
  const response = await post({ query: await textOf(name), variables: variablesOf(name, variables) }, 'application/json', signal);
  // A server that is away when they are needed could not send them.
  import('./queries/texts').catch(() => {});
  return response.json();
}

/** Of the first page's queries at once; those of the others come after its first figures. */
async function textOf(name: QueryName): Promise<string> {
  const known = (firstTexts as Partial<Record<QueryName, string>>)[name];
  if (known) return known;
  const { texts } = await import('./queries/texts').catch(() => Promise.reject(new Error(`${UNREACHABLE} Reload the page when it is back.`)));
  return texts[name]!;
}

/** Of all variables those that the query declares. */
export function variablesOf(name: QueryName, variables: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(variables).filter(([key]) => variableNames[name].includes(key)));
}

/** Sends a request within the session, which has ended if the server says so. */
export function post(body: object, accept: string, signal?: AbortSignal): Promise<Response> {
  return send('graphql', { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: accept }, body: JSON.stringify(body), signal });
}

/** All runs of a filter, as a file. */
export async function runsAsFile(filter: RunFilter, format: 'csv' | 'ndjson'): Promise<Blob> {
  const response = await send(`v1/admin/generation-runs/export?${exportParameters(filter, new Date())}&format=${format}`, {});
  return response.blob();
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const { person } = currentSession();
  // A page on its way out may still ask.
  if (person === null) throw new Error('You are signed out. Sign in to go on.');
  const key = tabKey();
  const { headers, signal, ...more } = init;
  const request = { ...more, signal, headers: { ...headers, ...(key !== null && { 'X-Service-Key': key }) } };
  const response = await fetch(`${root}${path}`, request).catch((failure: unknown) => {
    if (signal?.aborted) throw failure;
    throw new Error(`${UNREACHABLE} The page asks again when it is back.`);
  });
  if (isToSendAgain(response.status === 401, key)) return send(path, init);
  if (response.status === 401 && person === currentSession().person) end();
  if (response.status === 403 && path.includes('/export')) throw new Error('A viewer may not save runs as a file. Ask an administrator for another role.');
  if (response.status === 403) throw new Error('This key may not read runs. Sign out, and sign in with a key that may.');
  if (response.status === 429) throw new Error('Others are saving runs right now. Try again in a moment.');
  if (response.status === 503) throw new Error('The server is not ready: its database may be away. The page asks again when it is back.');
  if (!response.ok) throw new Error(`The server refused the request (${response.status}). Try again, or ask whoever runs it.`);
  return response;
}
