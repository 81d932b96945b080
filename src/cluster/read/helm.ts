import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { HelmRelease } from '../calico-state.js';
import type { Unreadable } from '../cluster-state.js';
import { keepObjects } from '../interpret/accumulator.js';
import { roleOf } from '../interpret/find-workloads.js';
import { chooseReleaseSecrets, decodeHelmRelease } from '../interpret/helm-release.js';
import { HELM_SECRET } from '../reading-table.js';
import type { Reader } from './reader.js';

const RELEASE_NAME = 'meta.helm.sh/release-name';
const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace';

/** The release that installed Calico; a release that does not decode is noted as unreadable. */
export interface HelmReading {
  readonly release: HelmRelease | null;
  readonly problem: Unreadable | null;
}

/**
 * Reads the Helm release that Calico's workloads or Installation name. Of the Secrets of the release only names and
 * labels are read, and of one, or two where the last upgrade failed, the release itself.
 */
export async function readHelmRelease(
  reader: Reader,
  objects: readonly KubernetesObject[],
): Promise<HelmReading> {
  const found = releaseOf(objects);
  if (!found) return { release: null, problem: null };
  const { namespace, name } = found;
  const secrets = await reader.through(HELM_SECRET, () => keepObjects((object) => object), {
    namespace,
    labelSelector: `owner=helm,name=${name}`,
    metadataOnly: true,
  });
  const { latest, deployed } = chooseReleaseSecrets(secrets);
  const chosen = deployed ?? latest;
  const secret = chosen && (await reader.get(HELM_SECRET, { namespace, name: chosen.metadata.name }));
  if (!latest || !secret) return { release: null, problem: null };
  const decoded = decodeHelmRelease(secret);
  if ('problem' in decoded) {
    const reason = `The Helm release in the Secret ${namespace}/${secret.metadata.name} cannot be decoded: ${decoded.problem}.`;
    return {
      release: null,
      problem: { resource: 'secrets', reason, isForbidden: false, hides: HELM_SECRET.hides },
    };
  }
  return { release: asOfLatest(decoded, latest), problem: null };
}

/** Where the last upgrade failed or hangs, its revision and status are what the next `helm upgrade` meets. */
function asOfLatest(release: HelmRelease, latest: KubernetesObject): HelmRelease {
  const { version, status } = latest.metadata.labels ?? {};
  return { ...release, revision: Number(version ?? release.revision), status: status ?? release.status };
}

function releaseOf(objects: readonly KubernetesObject[]): { namespace: string; name: string } | null {
  const candidates = objects.filter(
    (object) => object.kind === 'Installation' || ['operator', 'node'].includes(roleOf(object) ?? ''),
  );
  for (const { metadata } of candidates) {
    const name = metadata.annotations?.[RELEASE_NAME];
    const namespace = metadata.annotations?.[RELEASE_NAMESPACE] ?? metadata.namespace;
    // A name that is no label value would widen the selector
    if (name !== undefined && namespace !== undefined && /^[\w.-]{1,63}$/.test(name))
      return { namespace, name };
  }
  return null;
}
