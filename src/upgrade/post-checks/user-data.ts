import { createHash } from 'node:crypto';
import { canonicalText } from '../../cluster/fields.js';
import { groupOf, nameOf, referenceOf } from '../../cluster/object-name.js';
import { isOurs } from '../../cluster/own-label.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectReference,
  ServedKind,
} from '../../ports/cluster-client.js';
import { BUNDLE_KINDS } from '../backup/bundle-kinds.js';

/** An object of a user's. */
export interface KeptObject {
  readonly reference: ObjectReference;
  readonly resourceVersion: string;
  /** What it says, as a digest: policies are many, and large. */
  readonly digest: string;
  /** What it says, whole; null for kinds that may be many. */
  readonly spec: unknown;
  /** Who wrote it, by name and time of their entries in its managed fields. */
  readonly writers: ReadonlyMap<string, string>;
}

/** Few, and of the whole cluster: what they say is kept, so that a change can be named by its fields. */
const CONFIGURATION: ReadonlySet<string> = new Set([
  'IPPool',
  'IPReservation',
  'IPAMConfig',
  'IPAMConfiguration',
  'BGPConfiguration',
  'BGPPeer',
  'BGPFilter',
  'FelixConfiguration',
  'KubeControllersConfiguration',
  'Tier',
]);
/** Policies choose these by their labels. */
const CHOSEN_BY_LABEL: ReadonlySet<string> = new Set(['GlobalNetworkSet', 'NetworkSet', 'HostEndpoint']);
/** Tiers that Calico makes and takes away by itself. @see https://docs.tigera.io/calico/latest/reference/resources/tier */
const CALICO_TIERS: ReadonlySet<string> = new Set([
  'default',
  'adminnetworkpolicy',
  'baselineadminnetworkpolicy',
  'kube-admin',
  'kube-baseline',
  'allow-tigera',
  'calico-system',
]);

/** Whether an object of a kind is configuration of the whole cluster's. */
export function isConfiguration({ kind }: Pick<ObjectReference, 'kind'>): boolean {
  return CONFIGURATION.has(kind);
}

/** What users wrote into the group that holds Calico's data, by its name; what Calico or this program made is left out. */
export async function readUserData(
  client: ClusterClient,
  kinds: readonly ServedKind[],
  group: string,
): Promise<ReadonlyMap<string, KeptObject>> {
  const wanted = BUNDLE_KINDS.filter(
    (kind) =>
      kind.class === 'user' &&
      [group, 'policy.networking.k8s.io'].includes(groupOf(kind.apiVersion)) &&
      kinds.some((one) => one.apiVersion === kind.apiVersion && one.kind === kind.kind),
  );
  const found = new Map<string, KeptObject>();
  for (const kind of wanted) {
    let objects: KeptObject[] = [];
    for await (const { items, isRestart } of client.list(kind)) {
      if (isRestart) objects = [];
      objects.push(...items.filter((item) => !isCalicos(item) && !isOurs(item)).map(keep));
    }
    for (const object of objects) found.set(nameOf(object.reference), object);
  }
  return found;
}

/** Whether Calico made an object by itself, and may take it away. */
function isCalicos({ kind, metadata }: KubernetesObject): boolean {
  if (kind === 'Tier') return CALICO_TIERS.has(metadata.name);
  const isOperators = (metadata.ownerReferences ?? []).some(
    ({ apiVersion }) => groupOf(apiVersion) === 'operator.tigera.io',
  );
  return isOperators || metadata.labels?.['projectcalico.org/created-by'] === 'calico-kube-controllers';
}

function keep(object: KubernetesObject): KeptObject {
  const { kind, metadata } = object;
  const labels = CHOSEN_BY_LABEL.has(kind) ? metadata.labels : undefined;
  const entries = (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined);
  return {
    reference: referenceOf(object),
    resourceVersion: metadata.resourceVersion ?? '',
    digest: digest(canonicalText({ spec: object['spec'], labels })),
    spec: CONFIGURATION.has(kind) ? object['spec'] : null,
    // Whom another took a field from has another entry, of the same time
    writers: new Map(
      entries.map(({ manager = '', operation = '', time = '' }) => [
        [manager, operation, time].join(),
        manager,
      ]),
    ),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
