import { post, type Answer } from './client';

/**
 * The answers of a subscription, over server-sent events. `onOpen` is called with the first byte, from which on nothing is
 * missed; the answers end when the stream does, for whatever reason.
 */
export async function* subscribe<Data>(
  request: { query: string; variables?: object; operationName?: string },
  signal: AbortSignal,
  onOpen: () => void = () => {},
): AsyncGenerator<Answer<Data>> {
  const response = await post(request, 'text/event-stream', signal);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  for (let open = false; ; open = true) {
    const { value, done } = await reader.read();
    if (done) return;
    if (!open) onOpen();
    const events = (buffer + value).split(/\r?\n\r?\n/);
    buffer = events.pop()!;
    for (const event of events.map(parse)) {
      if (event.name === 'complete') return;
      if (event.data) yield JSON.parse(event.data);
    }
  }
}

function parse(event: string) {
  const lines = event.split(/\r?\n/);
  const values = (field: string) => lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trimStart());
  return { name: values('event')[0], data: values('data').join('\n') };
}
