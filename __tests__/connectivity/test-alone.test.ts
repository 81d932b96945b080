import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, test } from '@jest/globals';
import { load } from 'js-yaml';
import { textAt } from '../../src/cluster/fields.js';
import { OWN_LABELS } from '../../src/cluster/own-label.js';
import { PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import { testAlone, type TestAloneOptions } from '../../src/connectivity/test-alone.js';
import { LOCK } from '../../src/upgrade/lock/lock.js';
import { NETWORK_TEST_RULES } from '../../src/upgrade/permissions.js';
import { aloneOptions, leftIn, lockOf, NODES } from './alone-options.js';
import { createFakeNetwork, type FakeNetwork } from './fake-network.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: PROBE_NAMESPACE };

/** A namespace of the network test that a run made. */
function namespaceOf(run: string) {
  const metadata = {
    name: PROBE_NAMESPACE,
    labels: OWN_LABELS,
    annotations: { 'calico-upgrade-action/run': run },
  };
  return { apiVersion: 'v1', kind: 'Namespace', metadata };
}

test('docs/network-test.md gives the account the rights that are asked for', () => {
  const page = readFileSync('docs/network-test.md', 'utf8');
  const [, yaml = ''] = /```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(page) ?? [];
  expect((load(yaml) as { readonly rules: unknown }).rules).toEqual(NETWORK_TEST_RULES);
});

describe('the network test by itself', () => {
  let network: FakeNetwork;
  let warnings: string[];

  beforeEach(() => {
    network = createFakeNetwork(NODES);
    warnings = [];
  });

  const run = (changes: Partial<TestAloneOptions> = {}) =>
    testAlone(network.client, aloneOptions({ onWarning: (text) => warnings.push(text), ...changes }));

  it('finds nothing where all is well, one round, and leaves nothing: no pod, no lock', async () => {
    const held: string[] = [];
    network.play = () => {
      held.push(...network.ofKind('Lease').map((lease) => textAt(lease, 'spec', 'holderIdentity')));
      return null;
    };
    const { probes, fault } = await run();
    expect(fault).toBeNull();
    expect(probes?.rounds.map(({ when, nodes }) => [when, nodes])).toEqual([['alone', NODES]]);
    expect(new Set(held)).toEqual(new Set(['run-1 (test)']));
    expect([leftIn(network), warnings]).toEqual([[], []]);
  });

  it('names what does not work, with the command that tries it again', async () => {
    network.play = ({ from, to }) =>
      textAt(from, 'spec', 'nodeName') === 'n0001' && textAt(to, 'spec', 'nodeName') === 'n0002'
        ? 'TIMEOUT'
        : null;
    const { probes, fault } = await run();
    expect(fault).toMatch(
      /^The network test found what does not work: .*pod-cross-node \(1\).*First host-to-host: .* on n0001 should reach pod host-.* on n0002 .*TIMEOUT.* Again: kubectl exec/,
    );
    expect(probes?.rounds[0]?.paths.filter(({ judgement }) => judgement !== 'passed')).toContainEqual(
      expect.objectContaining({ scenario: 'pod-cross-node', from: 'n0001', to: 'n0002' }),
    );
    expect(leftIn(network)).toEqual([]);
  });

  it('where another run holds the lock it writes nothing, and says who', async () => {
    await network.client.create(lockOf('https://ci/runs/9'), { fieldManager: 'other' });
    let version = 0;
    const client = {
      ...network.client,
      get: async (reference: Parameters<typeof network.client.get>[0]) => {
        const found = await network.client.get(reference);
        if (reference.kind !== LOCK.kind || found === null) return found;
        return { ...found, metadata: { ...found.metadata, resourceVersion: String((version += 1)) } };
      },
    };
    const { probes, fault } = await testAlone(client, aloneOptions());
    expect(probes).toBeNull();
    expect(fault).toMatch(
      /could not be tested\. Another run is at work on this cluster: https:\/\/ci\/runs\/9/,
    );
    expect(leftIn(network)).toEqual([`Lease ${LOCK.name}`]);
  });

  it('takes over from a run that died, and what that left is gone', async () => {
    await network.client.create(lockOf('https://ci/runs/8'), { fieldManager: 'other' });
    await network.client.create(namespaceOf('https://ci/runs/8'), { fieldManager: 'other' });
    const { fault } = await run();
    expect(fault).toBeNull();
    expect(warnings.join()).toContain('https://ci/runs/8');
    expect(leftIn(network)).toEqual([]);
  });

  it('without the rights it writes nothing, and says which are missing', async () => {
    const client = {
      ...network.client,
      canI: ({ resource, verb }: { readonly resource: string; readonly verb: string }) =>
        Promise.resolve({ isAllowed: resource !== 'pods/exec' && verb !== 'delete', reason: '' }),
    };
    const { probes, fault } = await testAlone(client, aloneOptions());
    expect(probes).toBeNull();
    expect(fault).toMatch(
      /lacks rights: namespaces \(delete\); pods \(delete\); pods\/exec \(create, get\);/,
    );
    expect(leftIn(network)).toEqual([]);
  });

  it('where pods are refused it says why, and leaves nothing', async () => {
    network.takes = () => 'exceeded quota.';
    const { fault } = await run();
    expect(fault).toMatch(/^The network could not be tested\. .*exceeded quota/);
    expect(leftIn(network)).toEqual([]);
  });

  it('told to stop in the middle it leaves nothing, and passes for nothing', async () => {
    const stop = new AbortController();
    network.play = () => {
      stop.abort();
      return null;
    };
    const { fault } = await run({ signal: stop.signal });
    expect(fault).toContain('The run was told to stop.');
    expect(leftIn(network)).toEqual([]);
  });

  it('without its lock it deletes nothing that its successor has made', async () => {
    let hasStolen = false;
    network.play = () => {
      if (!hasStolen) {
        hasStolen = true;
        void network.client.replace(lockOf('run-2'), { fieldManager: 'other' });
        void network.client.delete(NAMESPACE);
        void network.client.create(namespaceOf('run-2'), { fieldManager: 'other' });
      }
      return null;
    };
    const stop = new AbortController();
    const client = {
      ...network.client,
      exec: async (options: Parameters<typeof network.client.exec>[0]) => {
        const done = await network.client.exec(options);
        stop.abort();
        return done;
      },
    };
    await testAlone(client, aloneOptions({ signal: stop.signal }));
    expect(leftIn(network)).toContain(`Namespace ${PROBE_NAMESPACE}`);
    expect(network.ofKind('Namespace')[0]?.metadata.annotations).toMatchObject({
      'calico-upgrade-action/run': 'run-2',
    });
  });
});
