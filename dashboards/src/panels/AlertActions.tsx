import { useState } from 'react';
import { fetchData } from '../client';
import type { Queries, QueryName } from '../queries/generated';
import { currentSession } from '../session';

const role = () => currentSession().person?.role.toLowerCase() ?? '';
export const mayAcknowledge = () => ['oncall', 'admin'].includes(role());
export const mayAdminister = () => role() === 'admin';
export const who = () => currentSession().person?.name ?? '';

type Props<Name extends QueryName> = { name: Name; variables: Queries[Name]['variables']; label: string; about: string; done: (data: Queries[Name]['data'] | null) => void };

/** A button that changes something, and says so if that fails. */
export function Act<Name extends QueryName>({ name, variables, label, about, done }: Props<Name>) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const act = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const { data, errors } = await fetchData(name, variables);
      if (errors?.length) setFailure(errors.map(({ message }) => message).join(' '));
      else done(data ?? null);
    } catch (reason) {
      setFailure((reason as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" disabled={busy} onClick={() => void act()} aria-label={`${label}: ${about}`}>{label}</button>
      {failure && <span className="note" role="alert">{failure}</span>}
    </>
  );
}
