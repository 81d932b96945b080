/** Lanes of the hash: each starts elsewhere and multiplies by another number. */
const LANES = [
  { start: 0x811c9dc5, prime: 0x01000193 },
  { start: 0x9e3779b1, prime: 0x85ebca6b },
  { start: 0xc2b2ae3d, prime: 0x27d4eb2f },
  { start: 0x165667b1, prime: 0xcc9e2d51 },
] as const;

/**
 * 32 hexadecimal digits that stand for a text, to find it again in another run. It keeps out no forger: what comes of
 * equal fingerprints is only that two findings are taken for one. A cryptographic hash would take longer to load than
 * most checks take.
 */
export function fingerprintOf(text: string): string {
  return LANES.map(({ start, prime }) => {
    let hash: number = start;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), prime);
      hash ^= hash >>> 15;
    }
    return (hash >>> 0).toString(16).padStart(8, '0');
  }).join('');
}
