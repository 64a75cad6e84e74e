/** Where the server is, and the keys with which the clients come. */
export const server = process.env.RUNLEDGER_URL;
export const url = `${server}/graphql`;
export const analyst = { 'X-Service-Key': process.env.RUNLEDGER_ANALYST_KEY };
export const reporter = { 'X-Service-Key': process.env.RUNLEDGER_REPORTER_KEY };

/** A fetch that writes down what was asked. */
export function recordingFetch() {
  const requests = [];
  const recorded = async (input, init) => {
    requests.push({ method: init?.method ?? 'GET', url: String(input), body: init?.body ?? null });
    return fetch(input, init);
  };
  return { requests, fetch: recorded };
}

/** Starts a run, and returns what names it. */
export async function startRun() {
  const name = `clients-${crypto.randomUUID()}`;
  const response = await fetch(`${server}/v1/admin/generation-runs`, {
    method: 'POST',
    headers: { ...reporter, 'Content-Type': 'application/json' },
    body: JSON.stringify({ client_run_id: name, started_at: new Date().toISOString(), status: 'running', questions_requested: 10 }),
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()).id;
}

/** Starts runs until the subscriber, which may not be subscribed at the first of them, receives one. */
export async function startRunsUntil(received) {
  const started = new Set();
  while (!received.done) {
    started.add(await startRun());
    await Promise.race([received, new Promise((resolve) => setTimeout(resolve, 500))]);
  }
  return started;
}

/** A promise that says whether it was kept. */
export function pledge() {
  let resolve;
  const promise = new Promise((keep) => (resolve = keep));
  promise.done = false;
  promise.keep = (value) => {
    promise.done = true;
    resolve(value);
  };
  return promise;
}

export const START = `
  mutation Start($input: RunStartInput!) { recordRunStart(input: $input) { run { id status questionsRequested } } }`;
export const startInput = () => ({ clientRunId: `clients-${crypto.randomUUID()}`, startedAt: new Date().toISOString(), questionsRequested: 7 });
