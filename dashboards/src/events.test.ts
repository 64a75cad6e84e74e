import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { subscribe } from './events';

// Whoever is signed in is known when the module loads.
vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => '{"name": "analyst key", "role": "ANALYST"}' });
});

let server: Server;

/** A server that writes these pieces, whatever it is asked. */
async function serving(...pieces: string[]) {
  server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (const piece of pieces) response.write(piece);
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, listening));
  const address = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { fetch } = globalThis;
  vi.stubGlobal('sessionStorage', { getItem: () => null });
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => fetch(address + path, init));
}

afterEach(() => {
  server.close();
  vi.unstubAllGlobals();
});

async function answers() {
  const all: unknown[] = [];
  for await (const answer of subscribe({ query: 'subscription { runChanged { kind } }' }, new AbortController().signal)) all.push(answer);
  return all;
}

test('answers come whole, wherever the stream was cut', async () => {
  await serving(':\n\nevent: ne', 'xt\ndata: {"da', 'ta": 1}\n', '\nevent: next\ndata: {"data": 2}\n\n', 'event: complete\ndata:\n\n');
  expect(await answers()).toEqual([{ data: 1 }, { data: 2 }]);
});

test('nothing comes after the end', async () => {
  await serving('event: complete\ndata:\n\nevent: next\ndata: {"data": 3}\n\n');
  expect(await answers()).toEqual([]);
});

test('an answer that was cut off is none', async () => {
  await serving('event: next\r\ndata: {"data": 1}\r\n\r\nevent: next\r\ndata: {"da');
  expect(await answers()).toEqual([{ data: 1 }]);
});
