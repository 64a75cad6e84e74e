import { useState } from 'react';
import { runsAsFile } from '../client';
import type { RunFilter } from '../queries/generated';
import { saveAs } from '../save';

const FORMATS = ['csv', 'ndjson'] as const;

/** All runs of a filter as a file, however many have been scrolled to. */
export function SaveRuns({ filter }: { filter: RunFilter }) {
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const save = async (format: (typeof FORMATS)[number]) => {
    setSaving(true);
    setFailure(null);
    try {
      saveAs(await runsAsFile(filter, format), `runs.${format}`);
    } catch (reason) {
      setFailure(reason instanceof TypeError ? 'The file broke off on its way. Try again.' : (reason as Error).message);
    } finally {
      setSaving(false);
    }
  };
  return (
    <>
      {FORMATS.map((format) => (
        <button key={format} type="button" disabled={saving} onClick={() => void save(format)} aria-label={`Save all matching runs as ${format.toUpperCase()}`}>
          {format.toUpperCase()}
        </button>
      ))}
      {(saving || failure) && <span className="note" role="status">{saving ? 'Saving…' : failure}</span>}
    </>
  );
}
