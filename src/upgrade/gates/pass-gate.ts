import { listAt, textAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { Gate } from '../engine/step.js';
import { canarySight, canarySources, operatorSight, operatorSources } from './operator.js';
import { rolloutOf } from './rollout.js';
import { type Seen, type Sight, waitFor, type Waiting } from './wait-for.js';
import { faultOfNewPods, POD, REVISIONS, selectorOf, sourceOf } from './workload.js';

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;
const API_SERVICE = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', namespace: null } as const;

/** Waits until a gate's condition holds. @returns null where it does; why not, otherwise */
export async function passGate(client: ClusterClient, gate: Gate, waiting: Waiting): Promise<string | null> {
  switch (gate.kind) {
    case 'established':
      return waitFor(client, [{ kind: DEFINITION, options: {} }], establishedIn(gate.names), waiting);
    case 'rollout':
      return passRollout(client, gate.workload, waiting);
    case 'api-service':
      return waitFor(client, [sourceOf({ ...API_SERVICE, name: gate.name })], available(gate.name), waiting);
    case 'gone':
      return waitFor(client, gate.objects.map(sourceOf), goneFrom, waiting);
    case 'canary':
      return waitFor(client, canarySources(gate.workload), (seen) => canarySight(gate, seen), waiting);
    case 'operator':
      return waitFor(client, operatorSources(gate), (seen) => operatorSight(gate, seen), waiting);
  }
}

async function passRollout(
  client: ClusterClient,
  workload: ObjectReference,
  waiting: Waiting,
): Promise<string | null> {
  const live = await client.get(workload);
  const revisions = REVISIONS[workload.kind];
  if (live === null || !revisions) return `${nameOf(workload)} is not there any more.`;
  const options = { namespace: workload.namespace, labelSelector: selectorOf(live) };
  const sources = [sourceOf(workload), { kind: revisions, options }, { kind: POD, options }];
  return waitFor(client, sources, (seen) => rolloutSight(workload, seen), waiting);
}

function rolloutSight(workload: ObjectReference, seen: Seen): Sight {
  const [objects = [], revisions = [], pods = []] = seen;
  const [object] = objects;
  if (!object) return { kind: 'failed', reason: `${nameOf(workload)} was deleted.` };
  const sight = rolloutOf(object);
  const fault = sight.kind === 'waiting' ? faultOfNewPods(object, revisions, pods) : null;
  return fault === null ? sight : { kind: 'failed', reason: fault };
}

function establishedIn(names: readonly string[]): (seen: Seen) => Sight {
  return ([definitions = []]) => {
    const byName = new Map(definitions.map((definition) => [definition.metadata.name, definition]));
    const wanting = names.find((name) => !isConditionTrue(byName.get(name), 'Established'));
    return wanting === undefined
      ? { kind: 'done' }
      : { kind: 'waiting', reason: `the definition ${wanting} is not Established` };
  };
}

function available(name: string): (seen: Seen) => Sight {
  return ([services = []]) => {
    const [service] = services;
    if (isConditionTrue(service, 'Available')) return { kind: 'done' };
    const condition = listAt(service, 'status', 'conditions').find(({ type }) => type === 'Available');
    const said = textAt(condition, 'message') || 'it says nothing yet';
    return { kind: 'waiting', reason: `APIService ${name} is not Available: ${said}` };
  };
}

function goneFrom(seen: Seen): Sight {
  const [left] = seen.flat();
  if (!left) return { kind: 'done' };
  const said = listAt(left, 'status', 'conditions').find((condition) => condition['status'] === 'True');
  const why = textAt(said, 'message');
  return {
    kind: 'waiting',
    reason: `${nameOf(referenceOf(left))} is still under deletion${why === '' ? '' : `: ${why}`}`,
  };
}

function isConditionTrue(object: KubernetesObject | undefined, type: string): boolean {
  return listAt(object, 'status', 'conditions').some(
    (condition) => condition['type'] === type && condition['status'] === 'True',
  );
}
