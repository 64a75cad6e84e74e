/** graphql-sse with its defaults: a connection for each operation. */
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { analyst, pledge, startRunsUntil, url } from './runledger.mjs';

const client = createClient({ url, headers: analyst });

const { value } = await client.iterate({ query: '{ summary { runs { total } } }' }).next();
assert.equal(value.errors, undefined);
assert.equal(typeof value.data.summary.runs.total, 'number');

const received = pledge();
const end = client.subscribe({ query: 'subscription { runChanged { kind run { id status } } }' }, {
  next: ({ data, errors }) => received.keep(errors ?? data.runChanged),
  error: received.keep,
  complete() {},
});
await startRunsUntil(received);
const change = await received;
assert.equal(change.run?.status, 'RUNNING', JSON.stringify(change));
end();
client.dispose();
