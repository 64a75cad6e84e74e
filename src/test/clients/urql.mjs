/** @urql/core with its defaults: queries by GET, mutations by POST. */
import assert from 'node:assert/strict';
import { Client, fetchExchange, gql } from '@urql/core';
import { recordingFetch, reporter, START, startInput, url } from './runledger.mjs';

const { requests, fetch } = recordingFetch();
const client = new Client({ url, exchanges: [fetchExchange], fetch, fetchOptions: { headers: reporter } });

const query = await client.query(gql`query Total($days: Int!) { summary(filter: {lastDays: $days}) { runs { total } } }`, { days: 30 }).toPromise();
assert.equal(query.error, undefined);
assert.equal(typeof query.data.summary.runs.total, 'number');
assert.equal(requests.at(-1).method, 'GET');

const mutation = await client.mutation(START, { input: startInput() }).toPromise();
assert.equal(mutation.error, undefined);
assert.equal(mutation.data.recordRunStart.run.questionsRequested, 7);
assert.equal(requests.at(-1).method, 'POST');

const wrong = await client.query('{ nope }', {}).toPromise();
assert.match(wrong.error.graphQLErrors[0].message, /nope/);
