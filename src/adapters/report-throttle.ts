/** Lets one call through in every `intervalMs`; `firstAfterMs` is how long the first one has to wait. */
export function createThrottle(now: () => number, intervalMs: number, firstAfterMs: number): () => boolean {
  let nextAt = now() + firstAfterMs;
  return () => {
    const time = now();
    if (time < nextAt) return false;
    nextAt = time + intervalMs;
    return true;
  };
}
