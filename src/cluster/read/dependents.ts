import type { ObjectReference } from '../../ports/cluster-client.js';
import type { ClusterState } from '../cluster-state.js';
import type { Accumulator } from '../interpret/accumulator.js';
import { groupOf, nameOf, referenceOf } from '../object-name.js';

/** Looks for objects that depend on projectcalico.org/v3 objects among all that pass by. */
export interface Dependents {
  /** The same accumulator, with an eye on what passes by. */
  readonly among: <Result>(kind: string, create: () => Accumulator<Result>) => () => Accumulator<Result>;
  readonly found: () => ClusterState['dependents'];
  /** The kinds that were looked through. */
  readonly kinds: () => readonly string[];
}

/** So many are named: one is enough to stop for. */
const MOST_KEPT = 100;

export function createDependents(): Dependents {
  const found = new Map<string, ClusterState['dependents'][number]>();
  const kinds = new Set<string>();
  return {
    among(kind, create) {
      kinds.add(kind);
      return () => {
        const accumulator = create();
        return {
          add(object) {
            const owner = object.metadata.ownerReferences?.find(
              ({ apiVersion }) => groupOf(apiVersion) === 'projectcalico.org',
            );
            if (owner && found.size < MOST_KEPT) {
              const reference = referenceOf(object);
              const { apiVersion, name } = owner;
              // Whether the owner has a namespace its reference does not say; a dependent's owner is in its own or in none
              const of: ObjectReference = {
                apiVersion,
                kind: owner.kind,
                namespace: namespaceOf(owner.kind, reference),
                name,
              };
              found.set(nameOf(reference), { object: reference, owner: of });
            }
            accumulator.add(object);
          },
          result: () => accumulator.result(),
        };
      };
    },
    found: () => [...found.values()],
    kinds: () => [...kinds].sort(),
  };
}

const NAMESPACED = new Set([
  'NetworkPolicy',
  'NetworkSet',
  'StagedNetworkPolicy',
  'StagedKubernetesNetworkPolicy',
]);

function namespaceOf(kind: string, dependent: ObjectReference): string | null {
  return NAMESPACED.has(kind) ? dependent.namespace : null;
}
