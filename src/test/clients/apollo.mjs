/** Apollo Client, plain and with persisted queries: a hash first, the text once if the server asks for it, from then on the hash. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { recordingFetch, reporter, START, startInput, url } from './runledger.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const newClient = (link) => new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions: { query: { fetchPolicy: 'no-cache' } } });
// A query that no other run of this test has made known.
const total = gql(`query Total${Date.now()}_${process.pid} { summary { runs { total } } }`);

const plain = newClient(new HttpLink({ uri: url, headers: reporter }));
assert.equal(typeof (await plain.query({ query: total })).data.summary.runs.total, 'number');
const started = await plain.mutate({ mutation: gql(START), variables: { input: startInput() } });
assert.equal(started.data.recordRunStart.run.status, 'RUNNING');

for (const useGETForHashedQueries of [false, true]) {
  const { requests, fetch } = recordingFetch();
  const http = new HttpLink({ uri: url, headers: reporter, fetch });
  const client = newClient(new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(http));
  const query = gql(`query Persisted${useGETForHashedQueries}${Date.now()}_${process.pid} { summary { runs { total } } }`);

  assert.equal(typeof (await client.query({ query })).data.summary.runs.total, 'number');
  assert.equal(requests.length, 2, 'the hash, and then the text');
  assert.equal(typeof (await client.query({ query })).data.summary.runs.total, 'number');
  assert.equal(requests.length, 3, 'the hash alone');
  assert.equal(requests[2].method, useGETForHashedQueries ? 'GET' : 'POST');
  assert.ok(!(requests[2].body ?? requests[2].url).includes('summary'));

  const mutation = await client.mutate({ mutation: gql(START), variables: { input: startInput() } });
  assert.equal(mutation.data.recordRunStart.run.status, 'RUNNING');
}
