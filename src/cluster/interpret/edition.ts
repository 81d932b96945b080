import type { KubernetesObject } from '../../ports/cluster-client.js';
import { isEnterprise } from '../../version/version.js';
import type { Evidence } from '../evidence.js';
import { textAt } from '../fields.js';
import { evidenceOf } from '../object-name.js';
import { parseImage, versionOfImage } from './image-version.js';
import { templateContainers } from './workload.js';

/** Names of images that only Enterprise has: `tigera/cnx-node`, `tigera/cnx-apiserver`. */
const ENTERPRISE_IMAGE = /(?:^|\/)(?:tigera\/(?!operator$|key-cert-provisioner$)[\w.-]+|cnx-[\w.-]+)$/;
const ENTERPRISE_VARIANTS = new Set(['TigeraSecureEnterprise', 'CalicoEnterprise']);

/**
 * What says that this is Calico Enterprise; empty for open source.
 * @see https://github.com/tigera/operator/blob/v1.42.3/api/v1/installation_types.go for `spec.variant`
 */
export function enterpriseEvidence(
  workloads: readonly KubernetesObject[],
  installation: KubernetesObject | null,
): Evidence[] {
  const variant = textAt(installation, 'spec', 'variant') || textAt(installation, 'status', 'variant');
  const declared =
    installation && ENTERPRISE_VARIANTS.has(variant)
      ? [evidenceOf(installation, 'spec.variant', variant)]
      : [];
  return [...declared, ...workloads.flatMap(enterpriseImage)];
}

function enterpriseImage(object: KubernetesObject): Evidence[] {
  for (const { container, isInit } of templateContainers(object)) {
    const image = textAt(container, 'image');
    const version = versionOfImage(image);
    const list = isInit ? 'initContainers' : 'containers';
    if (ENTERPRISE_IMAGE.test(parseImage(image).repository) || (version && isEnterprise(version)))
      return [
        evidenceOf(object, `spec.template.spec.${list}[name=${textAt(container, 'name')}].image`, image),
      ];
  }
  return [];
}
