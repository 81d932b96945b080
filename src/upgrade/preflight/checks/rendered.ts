import type { Evidence } from '../../../cluster/evidence.js';
import { nameOf, referenceOf } from '../../../cluster/object-name.js';
import type { KubernetesObject } from '../../../ports/cluster-client.js';
import { fieldsSetByUsers } from '../../customisations/managed-fields.js';
import { count, evidenceOf, finding, listNames } from '../finding.js';
import type { PreflightCheck, PreflightFinding } from '../preflight.js';

const IGNORE = 'unsupported.operator.tigera.io/ignore';
/** `kubectl rollout restart` writes it, and the operator lets it be. */
const RESTARTED = '[kubectl.kubernetes.io/restartedAt]';

/** What others did to the objects that the operator renders. */
export const rendered: PreflightCheck = ({ calico }) => {
  const objects = calico.objects.filter(isRendered);
  const ignored = objects.filter(isIgnored);
  const edited = objects.filter((object) => !isIgnored(object)).flatMap(editsOf);
  return [...tellEdited(edited), ...tellIgnored(ignored)];
};

/** Whether the operator made an object for one of its resources, and puts it back. */
function isRendered({ metadata }: KubernetesObject): boolean {
  return (metadata.ownerReferences ?? []).some(({ apiVersion }) =>
    apiVersion.startsWith('operator.tigera.io/'),
  );
}

function isIgnored({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.[IGNORE] === 'true';
}

function editsOf(object: KubernetesObject): readonly Evidence[] {
  return (fieldsSetByUsers(object) ?? [])
    .filter(({ path }) => !path.endsWith(RESTARTED))
    .map(({ path, value }) => evidenceOf(referenceOf(object), path, value));
}

function tellEdited(edits: readonly Evidence[]): PreflightFinding[] {
  if (edits.length === 0) return [];
  const names = [...new Set(edits.map(({ object }) => nameOf(object)))];
  return [
    finding('rendered-object-edited', 'warning', {
      message: `Others than the operator set ${count(edits.length, 'field')} of what it renders (${listNames(names)}): the operator puts its own values there, at the latest with the upgrade.`,
      remedy:
        'Say the same in the Installation (calicoNodeDaemonSet, typhaDeployment, … take resources, tolerations and the like), or let it go.',
      evidence: edits,
      source: 'https://docs.tigera.io/calico/latest/reference/installation/api',
    }),
  ];
}

function tellIgnored(objects: readonly KubernetesObject[]): PreflightFinding[] {
  if (objects.length === 0) return [];
  const names = listNames(objects.map((object) => nameOf(referenceOf(object))));
  return [
    finding('rendered-object-ignored', 'skippable', {
      message: `The operator is told to leave ${names} alone: ${objects.length === 1 ? 'it stays' : 'they stay'} at the release of now.`,
      remedy: `Take the annotation ${IGNORE} off first.`,
      evidence: objects.map((object) =>
        evidenceOf(referenceOf(object), `metadata.annotations[${IGNORE}]`, 'true'),
      ),
      source: 'https://github.com/tigera/operator/blob/v1.36.16/pkg/controller/utils/utils.go',
    }),
  ];
}
