const FACTORS: Readonly<Record<string, number>> = {
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
const QUANTITY =
  /^([+-]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})(?:[eE][+-]?\d{1,3})?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/**
 * The number that a Kubernetes quantity (`250m`, `1.5Gi`, `2`, `1e3`) says; null where the value is none.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const match = typeof value === 'string' ? QUANTITY.exec(value.trim()) : null;
  if (!match) return null;
  return Number(match[1]) * (FACTORS[match[2] ?? ''] ?? 1);
}

/** Millicores of a quantity of CPU, rounded up; null where the value is none. */
export function cpuMillis(value: unknown): number | null {
  const cores = parseQuantity(value);
  return cores === null ? null : Math.ceil(Math.round(cores * 1e6) / 1e3);
}

/** Bytes of a quantity of memory, rounded up; null where the value is none. */
export function memoryBytes(value: unknown): number | null {
  const bytes = parseQuantity(value);
  return bytes === null ? null : Math.ceil(bytes);
}

/** Whether two quantities are the same amount, however they are written; what is none is the same as itself. */
export function isSameQuantity(one: unknown, other: unknown): boolean {
  const [a, b] = [parseQuantity(one), parseQuantity(other)];
  if (a === null || b === null) return one === other;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
