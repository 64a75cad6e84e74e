/** The audits of GraphQL over HTTP, by those who write the specification. */
import assert from 'node:assert/strict';
import { serverAudits } from 'graphql-http';
import { analyst, url } from './runledger.mjs';

const fetchFn = (input, init) => fetch(input, { ...init, headers: { ...init?.headers, ...analyst } });
const results = await Promise.all(serverAudits({ url, fetchFn }).map((audit) => audit.fn()));
const failed = results.filter(({ status }) => status !== 'ok');
for (const { id, name, reason } of failed) console.log(`${id} ${name}: ${reason}`);
console.log(`${results.length - failed.length} of ${results.length}`);
assert.equal(failed.length, 0);
assert.ok(results.length >= 61, `${results.length} audits`);
