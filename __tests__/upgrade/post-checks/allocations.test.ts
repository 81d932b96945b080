import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { type Allocations, checkAllocations } from '../../../src/upgrade/post-checks/allocations.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { waiting } from '../gates/build-waiting.js';

const ADDRESS = '10.244.0.7';
const NOTHING = { failures: [], warnings: [] };
const LOST = {
  failures: [
    expect.stringMatching(/no longer knows of the addresses of 1 pods.*shop\/db-0 \(10\.244\.0\.7\)/),
  ],
  warnings: [],
};

function held(handle: string, pod = 'db-0', namespace = 'shop'): Allocations {
  return new Map([[ADDRESS, { handle, namespace, pod }]]);
}

function running(name: string, podIP = ADDRESS): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }] },
  };
}

interface Scene {
  readonly pods?: readonly KubernetesObject[];
  readonly after?: Allocations;
  /** What is so a while later. */
  readonly later?: { readonly pods?: readonly KubernetesObject[]; readonly allocations?: Allocations };
}

function check({ pods = [running('db-0')], after = new Map(), later = {} }: Scene) {
  const client = createFakeClusterClient({ objects: pods });
  const sleep = (): Promise<void> => {
    for (const pod of later.pods ?? []) client.set(pod);
    return Promise.resolve();
  };
  const readAgain = () => Promise.resolve(later.allocations ?? after);
  return checkAllocations(client, { before: held('one'), after, readAgain }, waiting({ sleep }));
}

describe('addresses of pods', () => {
  it('are lost where a running pod has one that IPAM does not know', async () => {
    expect(await check({})).toEqual(LOST);
  });

  it('are lost where IPAM gave one to another pod while the first still has it', async () => {
    expect(await check({ after: held('two', 'web-0') })).toEqual(LOST);
    expect(await check({ after: held('two', 'db-0', 'lab') })).toEqual(LOST);
  });

  it('are not lost where a pod was made anew and has its address again, under another handle', async () => {
    expect(await check({ after: held('two') })).toEqual(NOTHING);
  });

  it('are not lost where the handle is the same, whatever the pod is called now', async () => {
    expect(await check({ after: held('one', 'virt-launcher-b') })).toEqual(NOTHING);
  });

  it('are not lost where a pod went, or has another by now, and somebody else got its address', async () => {
    expect(await check({ pods: [] })).toEqual(NOTHING);
    const pods = [running('db-0', '10.244.0.9'), running('web-0')];
    expect(await check({ pods, after: held('two', 'web-0') })).toEqual(NOTHING);
  });

  it('are not lost where the pod was only just being made anew when IPAM was read', async () => {
    expect(await check({ later: { allocations: held('two') } })).toEqual(NOTHING);
    expect(await check({ later: { pods: [running('db-0', '10.244.0.9')] } })).toEqual(NOTHING);
  });
});
