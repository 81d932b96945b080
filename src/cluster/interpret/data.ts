import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { CalicoData } from '../calico-state.js';
import { firstText, textAt } from '../fields.js';
import type { Accumulator } from './accumulator.js';
import { groupOf, referenceOf } from '../object-name.js';

/** What one kind of Calico's objects comes to. */
export interface KindSummary {
  readonly count: number;
  readonly policiesByTier: Readonly<Record<string, number>>;
  readonly allowTigeraPolicies: readonly ObjectReference[];
  readonly defaultPrefix: { readonly withPrefix: number; readonly without: number };
  readonly adminNetworkPolicies: readonly ObjectReference[];
  readonly allInterfaceHostEndpoints: readonly ObjectReference[];
  readonly stuck: CalicoData['stuck'];
}

/** So many objects are named; more are only counted. */
export const MOST_NAMED = 20;
const POLICY_KINDS = new Set([
  'NetworkPolicy',
  'GlobalNetworkPolicy',
  'StagedNetworkPolicy',
  'StagedGlobalNetworkPolicy',
]);
const ADMIN_KINDS = new Set(['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy']);

/** Sums up the objects of one kind. */
export function summarizeKind(): Accumulator<KindSummary> {
  let count = 0;
  const policiesByTier: Record<string, number> = {};
  const allowTigeraPolicies: ObjectReference[] = [];
  const adminNetworkPolicies: ObjectReference[] = [];
  const allInterfaceHostEndpoints: ObjectReference[] = [];
  const stuck: { object: ObjectReference; finalizers: readonly string[] }[] = [];
  const defaultPrefix = { withPrefix: 0, without: 0 };

  function addPolicy(object: KubernetesObject): void {
    const tier = tierOf(object);
    const key = `${tier}/${object.kind}`;
    policiesByTier[key] = (policiesByTier[key] ?? 0) + 1;
    if (tier === 'allow-tigera' && !isOperators(object)) name(allowTigeraPolicies, object);
    if (tier !== 'default') return;
    defaultPrefix[object.metadata.name.startsWith('default.') ? 'withPrefix' : 'without'] += 1;
  }

  return {
    add(object) {
      count += 1;
      if (isCalicoPolicy(object)) addPolicy(object);
      if (ADMIN_KINDS.has(object.kind)) name(adminNetworkPolicies, object);
      if (object.kind === 'HostEndpoint' && isForAllInterfaces(object))
        name(allInterfaceHostEndpoints, object);
      const held = finalizersOfStuck(object);
      if (held && stuck.length < MOST_NAMED) stuck.push({ object: referenceOf(object), finalizers: held });
    },
    result: () => ({
      count,
      policiesByTier,
      allowTigeraPolicies,
      defaultPrefix,
      adminNetworkPolicies,
      allInterfaceHostEndpoints,
      stuck,
    }),
  };
}

function name(references: ObjectReference[], object: KubernetesObject): void {
  if (references.length < MOST_NAMED) references.push(referenceOf(object));
}

function isCalicoPolicy({ apiVersion, kind }: KubernetesObject): boolean {
  return POLICY_KINDS.has(kind) && groupOf(apiVersion).endsWith('projectcalico.org');
}

/** Policies from before tiers were open have no tier, and are in `default`. */
function tierOf(object: KubernetesObject): string {
  return firstText(
    textAt(object, 'spec', 'tier'),
    object.metadata.labels?.['projectcalico.org/tier'],
    'default',
  );
}

/** The operator's own policies move by themselves. */
function isOperators({ metadata }: KubernetesObject): boolean {
  return (
    metadata.ownerReferences?.some(({ apiVersion }) => groupOf(apiVersion) === 'operator.tigera.io') ?? false
  );
}

/** Those that kube-controllers makes for every node are its own business. */
function isForAllInterfaces(object: KubernetesObject): boolean {
  const isAutomatic = object.metadata.labels?.['projectcalico.org/created-by'] === 'calico-kube-controllers';
  return textAt(object, 'spec', 'interfaceName') === '*' && !isAutomatic;
}

/** The finalizers of an object under deletion; null where it is not, or nothing holds it. */
export function finalizersOfStuck({ metadata }: KubernetesObject): readonly string[] | null {
  const { deletionTimestamp, finalizers = [] } = metadata;
  return deletionTimestamp !== undefined && finalizers.length > 0 ? finalizers : null;
}

/** Summaries of the kinds, by the name that counts them (`ippools.crd.projectcalico.org`), as one. */
export function combineKinds(
  kinds: ReadonlyMap<string, KindSummary>,
  counted: ReadonlyMap<string, number>,
): Omit<CalicoData, 'terminatingCrds'> {
  const summaries = [...kinds.values()];
  const counts = new Map([...counted, ...[...kinds].map(([key, { count }]) => [key, count] as const)]);
  return {
    counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    policiesByTier: sum(summaries.map(({ policiesByTier }) => policiesByTier)),
    adminNetworkPolicies: few(summaries.flatMap(({ adminNetworkPolicies }) => adminNetworkPolicies)),
    allowTigeraPolicies: few(summaries.flatMap(({ allowTigeraPolicies }) => allowTigeraPolicies)),
    defaultPrefix: {
      withPrefix: summaries.reduce((total, { defaultPrefix }) => total + defaultPrefix.withPrefix, 0),
      without: summaries.reduce((total, { defaultPrefix }) => total + defaultPrefix.without, 0),
    },
    allInterfaceHostEndpoints: few(
      summaries.flatMap(({ allInterfaceHostEndpoints }) => allInterfaceHostEndpoints),
    ),
    stuck: summaries.flatMap(({ stuck }) => stuck),
  };
}

function few(references: readonly ObjectReference[]): ObjectReference[] {
  return references.slice(0, MOST_NAMED);
}

function sum(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const record of records) {
    for (const [key, value] of Object.entries(record)) total[key] = (total[key] ?? 0) + value;
  }
  return Object.fromEntries(Object.entries(total).sort(([a], [b]) => (a < b ? -1 : 1)));
}
