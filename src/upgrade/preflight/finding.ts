import type { PoolState } from '../../cluster/calico-state.js';
import type { Evidence } from '../../cluster/evidence.js';
import type { PreflightCode } from '../../findings/preflight-registry.js';
import type { ObjectReference } from '../../ports/cluster-client.js';
import type { PreflightFinding, Weight } from './preflight.js';

/** Evidence that a finding names; the rest is counted. */
const MOST_EVIDENCE = 10;
/** Names that a message spells out. */
const MOST_NAMES = 3;

interface Said {
  readonly message: string;
  readonly remedy: string;
  readonly evidence?: readonly Evidence[];
  readonly source?: string | null;
}

export function finding(code: PreflightCode, weight: Weight, said: Said): PreflightFinding {
  const evidence = said.evidence ?? [];
  return {
    code,
    weight,
    message: said.message,
    remedy: said.remedy,
    evidence: evidence.slice(0, MOST_EVIDENCE),
    more: Math.max(0, evidence.length - MOST_EVIDENCE),
    source: said.source ?? null,
  };
}

/** Where an object says something. */
export function evidenceOf(object: ObjectReference, field: string, value: unknown): Evidence {
  const { apiVersion, kind, namespace, name } = object;
  return { object: { apiVersion, kind, namespace, name }, field, value: textOf(value) };
}

export function nodeReference(name: string): ObjectReference {
  return { apiVersion: 'v1', kind: 'Node', namespace: null, name };
}

export function poolReference({ name }: PoolState, group: string): ObjectReference {
  return {
    apiVersion: `${group}/${group === 'projectcalico.org' ? 'v3' : 'v1'}`,
    kind: 'IPPool',
    namespace: null,
    name,
  };
}

/** `node-1, node-2, node-3 and 4 more`. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  const rest = names.length - MOST_NAMES;
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

/** `1 node`, `3 nodes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
