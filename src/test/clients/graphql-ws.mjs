/** graphql-ws with its defaults, the key among the connection's parameters. */
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { analyst, pledge, startRunsUntil, url } from './runledger.mjs';

const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: analyst });

const queries = client.iterate({ query: '{ summary { runs { total } } }' });
const { value } = await queries.next();
assert.equal(value.errors, undefined);
assert.equal(typeof value.data.summary.runs.total, 'number');

const received = pledge();
const end = client.subscribe({ query: 'subscription { runChanged { kind run { id status } } }' }, {
  next: ({ data, errors }) => received.keep(errors ?? data.runChanged),
  error: received.keep,
  complete() {},
});
const started = await startRunsUntil(received);
const change = await received;
assert.equal(change.run?.status, 'RUNNING', JSON.stringify(change));
assert.ok(started.size > 0);
end();
await client.dispose();

const withoutKey = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: { 'X-Service-Key': 'wrong' }, retryAttempts: 0 });
await assert.rejects(withoutKey.iterate({ query: '{ __typename }' }).next(), (closed) => closed.code === 4401 || closed.code === 4403);
