import { architectures, sourceUrl } from '../../../catalog/queries.js';
import type { CalicoState } from '../../../cluster/calico-state.js';
import type { NodeState } from '../../../cluster/node-state.js';
import type { PodState, Workload } from '../../../cluster/workload-state.js';
import { isPullFailure } from '../../../cluster/interpret/pull-failures.js';
import { textAt } from '../../../cluster/fields.js';
import { nameOf } from '../../../cluster/object-name.js';
import { formatVersion } from '../../../version/version.js';
import { count, evidenceOf, finding, listNames, nodeReference } from '../finding.js';
import { registryOfImage } from '../images.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';

/** Whether the images that the upgrade brings can be had, as far as the API shows it. */
export const images: PreflightCheck = (input) => [
  ...ownPullFailures(input),
  ...registryFailures(input),
  ...pullSecrets(input),
  ...architecture(input),
  ...privateRegistry(input),
];

const RATE_LIMIT = 'https://github.com/projectcalico/calico/issues/4918';
const PUBLIC_REGISTRIES: ReadonlySet<string> = new Set(['docker.io', 'quay.io']);

/** Pods of the install that wait for an image now. */
function ownPullFailures({ calico }: PreflightInput): PreflightFinding[] {
  const waiting = podsOf(calico).filter(({ waitingReason }) => isPullFailure(waitingReason));
  if (waiting.length === 0) return [];
  return [
    finding('image-pull-failing', 'skippable', {
      message: `${count(waiting.length, 'pod')} of Calico ${waiting.length === 1 ? 'waits' : 'wait'} for an image: ${listNames(waiting.map(({ name, waitingReason }) => `${name} (${waitingReason ?? ''})`))}.`,
      remedy:
        'Make the registry reachable from these nodes, with the right credentials, before they have to pull more.',
      evidence: waiting.map((pod) =>
        evidenceOf(
          { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name },
          'status.containerStatuses.state.waiting.reason',
          pod.waitingReason,
        ),
      ),
      source: RATE_LIMIT,
    }),
  ];
}

function podsOf({ components, operator }: CalicoState): readonly PodState[] {
  const workloads: readonly (Workload | null)[] = Object.values(components);
  return [...workloads, operator?.deployment ?? null].flatMap((workload) => workload?.pods ?? []);
}

/** Other pods that wait for images of a registry that the upgrade needs. */
function registryFailures({ state, calico, images: planned }: PreflightInput): PreflightFinding[] {
  const own = new Set(podsOf(calico).map(({ namespace, name }) => `${namespace}/${name}`));
  const wanted = new Set(planned.map(({ image }) => registryOfImage(image)));
  const failures = state.pullFailures.filter(
    ({ image, evidence: { object } }) =>
      wanted.has(registryOfImage(image)) && !own.has(`${object.namespace ?? ''}/${object.name}`),
  );
  if (failures.length === 0) return [];
  return [
    finding('registry-failing', 'warning', {
      message: `Images cannot be pulled from ${listNames([...new Set(failures.map(({ image }) => registryOfImage(image)))])} by other pods now, and the upgrade pulls from there: ${listNames(failures.map(({ image }) => image))}.`,
      remedy: 'Find out whether it is these images alone, or the registry, a rate limit or the network.',
      evidence: failures.map(({ evidence }) => evidence),
      source: RATE_LIMIT,
    }),
  ];
}

/** The kubelet's own word where it finds no Secret; the Secret may be there by now. */
const NOT_RETRIEVED = 'FailedToRetrieveImagePullSecret';

function pullSecrets({ calico }: PreflightInput): PreflightFinding[] {
  const missing = calico.pullSecrets.filter(({ isThere }) => isThere === false);
  const unseen = calico.pullSecrets.some(({ isThere }) => isThere === null);
  const warned = calico.warnings.filter(({ reason }) => reason === NOT_RETRIEVED);
  if (missing.length === 0 && (!unseen || warned.length === 0)) return [];
  const names = listNames(missing.map(({ secret }) => nameOf(secret)));
  const what =
    missing.length > 0
      ? `${names} ${missing.length === 1 ? 'is' : 'are'} named for pulling images, and not there`
      : `The kubelet does not find a Secret to pull images with for ${listNames(warned.map(({ object }) => nameOf(object)))}`;
  return [
    finding('pull-secret-missing', 'skippable', {
      message: `${what}.`,
      remedy: 'Create the Secret, or take its name out where the registry needs none.',
      evidence: [
        ...missing.map(({ namedBy }) => namedBy),
        ...warned.map(({ object, reason }) => evidenceOf(object, 'event', reason)),
      ],
      source: 'https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/',
    }),
  ];
}

/** Nodes that upstream makes no images for: what runs there is somebody's own build. */
function architecture({ state, to }: PreflightInput): PreflightFinding[] {
  const { names, source } = architectures();
  const other = state.nodes.filter(
    (node) => isRunning(node) && node.architecture !== '' && !names.includes(node.architecture),
  );
  if (other.length === 0) return [];
  return [
    finding('image-architecture', 'skippable', {
      message: `Upstream makes images for ${names.join(', ')}, and ${count(other.length, 'node is', 'nodes are')} of another kind: ${listNames(other.map((node) => `${node.name} (${node.architecture})`))}.`,
      remedy: `Build the images of ${formatVersion(to)} for these nodes, have them in the registry that the cluster uses, then set force.`,
      evidence: other.map((node) =>
        evidenceOf(nodeReference(node.name), 'status.nodeInfo.architecture', node.architecture),
      ),
      source: sourceUrl(source),
    }),
  ];
}

function privateRegistry({ state, calico, to, images: planned }: PreflightInput): PreflightFinding[] {
  const node = calico.components.node;
  const live = node?.images.find(({ container }) => container === 'calico-node')?.image ?? '';
  const own = textAt(calico.operator?.installation, 'spec', 'registry').replace(/\/$/, '');
  const registry = own === '' ? registryOfImage(live) : own;
  const foreign = planned.filter(({ image }) => !PUBLIC_REGISTRIES.has(registryOfImage(image)));
  const missing = foreign.filter(({ onNodes }) => onNodes < state.nodes.filter(isRunning).length);
  const isPublic = registry === '' || PUBLIC_REGISTRIES.has(registry);
  if (missing.length === 0 && (isPublic || foreign.length > 0)) return [];
  const list = missing.length === 0 ? '' : `: ${listNames(missing.map(({ image }) => image))}`;
  return [
    finding('private-registry', 'notice', {
      message: `Images come from ${isPublic ? registryOfImage(missing[0]?.image ?? '') : registry}, and those of ${formatVersion(to)} have to be there${list}.`,
      remedy:
        'Copy the images that the plan lists before the upgrade; the pre-pull stops the run if one is missing.',
      evidence: node
        ? [evidenceOf(node.reference, 'spec.template.spec.containers[name=calico-node].image', live)]
        : [],
      source: 'https://docs.tigera.io/calico/latest/operations/image-options/alternate-registry',
    }),
  ];
}

/** Whether calico-node runs on a node. */
function isRunning({ isVirtual, os }: NodeState): boolean {
  return !isVirtual && os !== 'windows';
}
