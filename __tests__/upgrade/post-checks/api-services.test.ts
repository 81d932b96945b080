import { describe, expect, it } from '@jest/globals';
import { checkServices, readServices } from '../../../src/upgrade/post-checks/api-services.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { waiting } from '../gates/build-waiting.js';

function service(name: string, status: 'True' | 'False' = 'True', namespace = 'system'): KubernetesObject {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name },
    spec: namespace === '' ? {} : { service: { name: 'api', namespace } },
    status: { conditions: [{ type: 'Available', status, message: 'no endpoints' }] },
  };
}

const CALICO = 'v3.projectcalico.org';
const METRICS = 'v1beta1.metrics.k8s.io';

describe('APIs with servers of their own', () => {
  it('are those that answer; those of definitions are none', async () => {
    const objects = [
      service(CALICO),
      service(METRICS, 'False'),
      service('v1.crd.projectcalico.org', 'True', ''),
    ];
    expect(await readServices(createFakeClusterClient({ objects }))).toEqual({
      answering: new Set([CALICO]),
      silent: new Set([METRICS]),
    });
  });

  it('say nothing of Calico’s own where it is silent: that is never passed over', async () => {
    const objects = [service(CALICO, 'False')];
    expect(await readServices(createFakeClusterClient({ objects }))).toEqual({
      answering: new Set(),
      silent: new Set(),
    });
  });

  it.each([
    ['answers', [service(CALICO), service(METRICS)], [], []],
    [
      'does not answer any more',
      [service(CALICO), service(METRICS, 'False')],
      [/v1beta1\.metrics\.k8s\.io \(no endpoints\)/],
      [],
    ],
    ['was deleted', [service(CALICO)], [], [/v1beta1\.metrics\.k8s\.io was deleted meanwhile/]],
    ['is Calico’s and gone', [service(METRICS)], [/v3\.projectcalico\.org is gone/], []],
  ])('one that %s', async (_, objects, failures, warnings) => {
    const client = createFakeClusterClient({ objects });
    const before = { answering: new Set([CALICO, METRICS]), silent: new Set<string>() };
    const verdict = await checkServices(client, before, waiting({ timeoutMs: 50 }));
    expect(verdict).toEqual({
      failures: failures.map((text) => expect.stringMatching(text)),
      warnings: warnings.map((text) => expect.stringMatching(text)),
    });
  });
});
