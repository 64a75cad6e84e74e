/** graphql-request with its defaults. */
import assert from 'node:assert/strict';
import { ClientError, gql, GraphQLClient } from 'graphql-request';
import { reporter, START, startInput, url } from './runledger.mjs';

const client = new GraphQLClient(url, { headers: reporter });

const answer = await client.request(gql`query Total($days: Int!) { summary(filter: {lastDays: $days}) { runs { total } } }`, { days: 30 });
assert.equal(typeof answer.summary.runs.total, 'number');

const started = await client.request(START, { input: startInput() });
assert.equal(started.recordRunStart.run.questionsRequested, 7);

await assert.rejects(client.request('{ nope }'), (failure) => failure instanceof ClientError && /nope/.test(failure.response.errors[0].message));

const byGet = new GraphQLClient(url, { headers: reporter, method: 'GET' });
assert.equal(typeof (await byGet.request('{ summary { runs { total } } }')).summary.runs.total, 'number');
