import { expect, test } from '@jest/globals';
import { merge } from '../../../src/upgrade/customisations/merge.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { customise } from '../../../test-cluster/ready-made/customisations.js';
import { TYPICAL } from './typical.js';
import {
  describeWithManifests,
  needingManifests,
  hops,
  isSameInstall,
  linesOf,
  objectsOf,
} from './upstream-files.js';

const isInitRemoved = (line: string): boolean => line.includes('initContainers[name=flexvol-driver]');

describeWithManifests(needingManifests("upstream's files"), () => {
  test('are there for several releases and variants', () => {
    expect(hops().length).toBeGreaterThanOrEqual(40);
    expect(new Set(hops().map(({ file }) => file)).size).toBeGreaterThanOrEqual(5);
  });

  test.each(hops())(
    '$file $from → $to: an untouched install becomes the target, letter by letter',
    ({ file, from, to }) => {
      const [base, target] = [objectsOf(from, file), objectsOf(to, file)];
      const merged = merge(base, base, target);
      expect(linesOf(merged)).toEqual([]);
      expect(merged.objects).toEqual(target);
      expect(merged.upstreamChanges).toBeGreaterThan(0);
    },
  );

  test.each(hops())(
    '$file $from → $to: every typical change is found and none is lost',
    ({ file, from, to }) => {
      const [base, target] = [objectsOf(from, file), objectsOf(to, file)];
      const merged = merge(base, customise(base, TYPICAL), target);
      expect(linesOf(merged).filter((line) => !line.startsWith('kept') && !isInitRemoved(line))).toEqual([]);
      expect(isSameInstall(merged.objects, customise(target, TYPICAL))).toBe(true);
    },
  );

  test.each(hops())(
    '$file $from → $to: merging again finds the same and changes nothing',
    ({ file, from, to }) => {
      const [base, target] = [objectsOf(from, file), objectsOf(to, file)];
      const first = merge(base, customise(base, TYPICAL), target);
      const again = merge(target, first.objects, target);
      expect(again.customisations.every(({ outcome }) => outcome === 'kept')).toBe(true);
      expect(again.objects).toEqual(first.objects);
      expect(again.upstreamChanges).toBe(0);
    },
  );

  test.each(hops())('$file $to → $from: the way back gives what was there before', ({ file, from, to }) => {
    const [base, target] = [objectsOf(from, file), objectsOf(to, file)];
    const live = customise(base, TYPICAL);
    const forth = merge(base, live, target);
    const back = merge(target, forth.objects, base);
    const wasDropped = linesOf(forth).some(isInitRemoved);
    expect(isSameInstall(back.objects, live) || wasDropped).toBe(true);
  });

  test('calico.yaml v3.30.7 → v3.31.7: calico-node ends with the target’s three init containers, in the user’s registry', () => {
    const [base, target] = [objectsOf('v3.30.7', 'calico.yaml'), objectsOf('v3.31.7', 'calico.yaml')];
    const { objects } = merge(base, customise(base, { registry: 'reg.local' }), target);
    const node = objects.find(({ kind }) => kind === 'DaemonSet');
    expect(initContainersOf(node)).toEqual([
      ['upgrade-ipam', 'reg.local/calico/cni:v3.31.7'],
      ['install-cni', 'reg.local/calico/cni:v3.31.7'],
      ['ebpf-bootstrap', 'reg.local/calico/node:v3.31.7'],
    ]);
  });

  test('calico.yaml v3.30.7 → v3.31.7: without a registry of the user’s, upstream’s move to quay.io is upstream’s', () => {
    const [base, target] = [objectsOf('v3.30.7', 'calico.yaml'), objectsOf('v3.31.7', 'calico.yaml')];
    const merged = merge(base, base, target);
    expect(initContainersOf(merged.objects.find(({ kind }) => kind === 'DaemonSet'))).toContainEqual([
      'ebpf-bootstrap',
      'quay.io/calico/node:v3.31.7',
    ]);
  });

  test('calico.yaml from v3.22.0: a change in flexvol-driver is dropped, and told', () => {
    const to = hops().find(({ from, file }) => from === 'v3.22.0' && file === 'calico.yaml')?.to ?? '';
    const [base, target] = [objectsOf('v3.22.0', 'calico.yaml'), objectsOf(to, 'calico.yaml')];
    const merged = merge(base, customise(base, { registry: 'reg.local' }), target);
    expect(linesOf(merged).filter((line) => line.startsWith('dropped'))).toEqual([
      'dropped DaemonSet/calico-node spec.template.spec.initContainers[name=flexvol-driver].image',
    ]);
  });

  test('all name their namespace, where their kind has one', () => {
    const clusterWide = new Set(['ClusterRole', 'ClusterRoleBinding', 'Namespace', 'PodSecurityPolicy']);
    const nameless = hops()
      .flatMap(({ file, to }) => objectsOf(to, file))
      .filter(({ kind, metadata }) => !clusterWide.has(kind) && metadata.namespace === undefined);
    expect(nameless).toEqual([]);
  });
});

function initContainersOf(object: KubernetesObject | undefined): unknown[] {
  const spec = (
    object as unknown as { spec: { template: { spec: { initContainers: Record<string, string>[] } } } }
  ).spec;
  return spec.template.spec.initContainers.map(({ name, image }) => [name, image]);
}
