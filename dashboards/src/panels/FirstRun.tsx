import { useState } from 'react';
import { fetchData } from '../client';
import { root } from '../root';
import { useSession } from '../SignIn';

/** How to record the first run of a ledger without any. The page is live, so it moves on when the run comes. */
export function FirstRun() {
  const { person } = useSession();
  const [key, setKey] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const make = async () => {
    const { data, errors } = await fetchData('make-key', { name: `reporter of ${new Date().toISOString()}`, role: 'REPORTER' }).catch((failure: Error) => ({ data: null, errors: [failure] }));
    setKey(data?.createServiceKey?.key ?? null);
    setProblem(data?.createServiceKey ? null : (errors?.[0]?.message ?? 'The server made no key.'));
  };
  const began = new Date(Date.now() - 600_000).toISOString();
  const command = `curl ${location.origin}${root}v1/admin/generation-runs -H "X-Service-Key: ${key ?? '$KEY'}" \\
  -H 'Content-Type: application/json' -d '
{"client_run_id": "my-first-run", "started_at": "${began}", "completed_at": "${new Date().toISOString()}",
 "status": "success", "questions_requested": 50, "questions_generated": 48, "questions_evaluated": 48,
 "questions_approved": 35, "questions_rejected": 13, "questions_inserted": 30, "duration_seconds": 600}'`;
  return (
    <section className="panel wide first-run" aria-labelledby="first-run">
      <h2 id="first-run">No run has been recorded yet</h2>
      <p>Record the first one with this; the page shows it as soon as it comes.</p>
      <pre tabIndex={0}>{command}</pre>
      {key === null && person?.role === 'ADMIN' && <p><button type="button" className="primary" onClick={() => void make()}>Make a reporter's key and fill it in</button></p>}
      {key === null && person?.role !== 'ADMIN' && <p className="note"><code>$KEY</code> is a reporter's key: the server wrote one at its first start, or whoever runs it has one. An administrator, signed in here, can make one on this page.</p>}
      {key !== null && <p className="note">The key is shown this once. Keep it where your pipeline finds it.</p>}
      {problem && <p className="note worse" role="alert">{problem}</p>}
      <p className="note">A run can also be reported as it starts, and again as it ends, by REST, GraphQL, OpenLineage or the reporter for Java and Python: see the README.</p>
    </section>
  );
}
