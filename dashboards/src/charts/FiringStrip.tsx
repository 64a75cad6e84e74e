type Firing = { firedAt: string; resolvedAt?: string | null; withdrawnAt?: string | null };

const LEAST_WIDTH = 0.6;

/** When something fired within a period, from left to right. Whoever shows it says the same in words. */
export function FiringStrip({ firings, from, to }: { firings: Firing[]; from: number; to: number }) {
  const placeOf = (time: number) => (100 * (Math.min(to, Math.max(from, time)) - from)) / Math.max(1, to - from);
  return (
    <svg className="strip" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" data-firings={firings.length}>
      <rect className="all" width="100" height="10" />
      {firings.map(({ firedAt, resolvedAt, withdrawnAt }, i) => {
        const end = resolvedAt ?? withdrawnAt;
        const [left, right] = [placeOf(Date.parse(firedAt)), placeOf(end ? Date.parse(end) : to)];
        const width = Math.max(LEAST_WIDTH, right - left);
        return <rect key={i} className={resolvedAt || !withdrawnAt ? 'fired' : 'withdrawn'} x={Math.min(left, 100 - width)} width={width} height="10" />;
      })}
    </svg>
  );
}
