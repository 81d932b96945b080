/** Powers of ten and two, as suffixes of quantities. */
const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** A quantity of Kubernetes (`250m`, `0.25`, `1e3`, `1Gi`) as a number; null where it is none. */
export function parseQuantity(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const match = typeof value === 'string' ? QUANTITY.exec(value.trim()) : null;
  if (!match) return null;
  const [, number = '', exponent = '', suffix = ''] = match;
  return Number(`${number}${exponent}`) * (SUFFIXES[suffix] ?? 1);
}

/** Whether two quantities are the same amount, however they are written. */
export function isSameQuantity(one: unknown, other: unknown): boolean {
  const [a, b] = [parseQuantity(one), parseQuantity(other)];
  if (a === null || b === null) return one === other;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
