import { documents, type Queries, type QueryName } from './queries/generated';
import { root } from './root';
import { currentKey, signOut } from './session';

export type GraphQlError = { message: string; path?: Array<string | number>; extensions?: { code?: string } };
export type Answer<Data> = { data?: Data | null; errors?: GraphQlError[] };

/** Asks a query of src/queries. Fails with a sentence for the reader if no answer comes. */
export async function ask<Name extends QueryName>(
  name: Name,
  variables: Queries[Name]['variables'],
  signal?: AbortSignal,
): Promise<Answer<Queries[Name]['data']>> {
  const response = await post({ query: documents[name].text, variables: variablesOf(name, variables) }, 'application/json', signal);
  return response.json();
}

/** Of all variables those that the query declares. */
export function variablesOf(name: QueryName, variables: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(variables).filter(([key]) => documents[name].variables.includes(key)));
}

/** Sends a request with the session's key; the session ends if the server does not know it. */
export async function post(body: object, accept: string, signal?: AbortSignal): Promise<Response> {
  const key = currentKey();
  // A page on its way out may still ask.
  if (key === null) throw new Error('You are signed out. Sign in to go on.');
  const response = await fetch(`${root}graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: accept, 'X-Service-Key': key },
    body: JSON.stringify(body),
    signal,
  }).catch((failure: unknown) => {
    if (signal?.aborted) throw failure;
    throw new Error('The server cannot be reached. Is it running? The page asks again when it is back.');
  });
  if (response.status === 401 && key === currentKey()) signOut({ asRefused: true });
  if (response.status === 403) throw new Error('This key may not read runs. Sign out, and sign in with a key that may.');
  if (response.status === 503) throw new Error('The server is not ready: its database may be away. The page asks again when it is back.');
  if (!response.ok) throw new Error(`The server refused the request (${response.status}). Try again, or ask whoever runs it.`);
  return response;
}
