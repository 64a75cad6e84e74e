import { useSession } from '../SignIn';

/** What somebody else is shown in place of an administrator's page. */
export function ForAdministrators({ what }: { what: string }) {
  const { person } = useSession();
  return (
    <section className="panel wide" aria-labelledby="for-administrators">
      <h2 id="for-administrators">For administrators only</h2>
      <p>{`You are signed in as ${person?.name ?? 'nobody'}, with the role ${person?.role.toLowerCase()}. Only administrators see ${what}: sign in as one, or ask one.`}</p>
    </section>
  );
}
