type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown) => (value === null || value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value));

/** What an entry changed, field by field: of what is new or gone, all that it held. */
export function changeInWords(before: unknown, after: unknown): string | null {
  if (!isFields(before) && !isFields(after)) return before == null && after == null ? null : `${text(before)} → ${text(after)}`;
  const [was, is] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((field) => JSON.stringify(was[field] ?? null) !== JSON.stringify(is[field] ?? null));
  return changed.map((field) => `${field}: ${isFields(before) ? `${text(was[field])} → ` : ''}${text(is[field])}`).join('; ') || 'nothing';
}

/** What was asked for, field by field. */
export function detailsInWords(details: unknown): string | null {
  return isFields(details) ? Object.entries(details).filter(([, value]) => value !== null).map(([field, value]) => `${field}: ${text(value)}`).join('; ') || null : null;
}
