import type { KubernetesObject } from '../../ports/cluster-client.js';
import { textAt } from '../fields.js';
import { READINGS } from '../reading-table.js';
import type { Reader } from './reader.js';

/**
 * Who lists every kind for Kubernetes' garbage collection and quotas: with its own name, even where its controllers have
 * accounts of their own.
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/cmd/kube-controller-manager/app/controllermanager.go
 */
export const CONTROLLER_MANAGER = 'system:kube-controller-manager';

/** Whether kube-controller-manager may read Calico's tiers; null where no API server of Calico asks for it, or nobody may know. */
export async function readTierAccess(
  reader: Reader,
  apiService: KubernetesObject | null,
): Promise<boolean | null> {
  if (textAt(apiService, 'spec', 'service', 'name') === '') return null;
  return reader.mayUser(READINGS.accessReview, CONTROLLER_MANAGER, {
    verb: 'get',
    group: 'projectcalico.org',
    resource: 'tiers',
  });
}
