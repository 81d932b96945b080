import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject, ManagedFieldsEntry } from '../../../src/ports/cluster-client.js';
import { sayOverwritten } from '../../../src/upgrade/restore/overwritten.js';
import { whyOverwritten } from '../../../src/upgrade/restore/writers-since.js';
import { buildItem } from '../../report/rollback/build-rollback.js';

const BACKUP = '2026-11-26T02:00:00.700Z';
const [BEFORE, SINCE] = ['2026-11-26T01:00:00Z', '2026-11-26T02:10:00Z'];
const GRACE = { 'f:spec': { 'f:template': { 'f:spec': { 'f:terminationGracePeriodSeconds': {} } } } };

function daemonSet(
  graceSeconds: number,
  annotations: Readonly<Record<string, string>> = {},
  managedFields: readonly ManagedFieldsEntry[] = [],
): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system', annotations, managedFields },
    spec: {
      template: { metadata: { annotations }, spec: { terminationGracePeriodSeconds: graceSeconds } },
    },
    status: { numberReady: graceSeconds },
  };
}

function entry(manager: string, changes: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry {
  return { manager, operation: 'Update', time: SINCE, fieldsV1: GRACE, ...changes };
}

function judge(...managedFields: readonly ManagedFieldsEntry[]): string {
  return whyOverwritten(daemonSet(0), daemonSet(7, {}, managedFields), BACKUP);
}

describe('an object of the install that a rollback puts back', () => {
  it('names who changed it since the backup, and what of it the backup has otherwise', () => {
    expect(judge(entry('kubectl-edit'), entry('calico-upgrade-action'))).toBe(
      'It was changed by kubectl-edit since the backup (spec.template.spec.terminationGracePeriodSeconds): it is put back as it was then; make the change again if it is wanted.',
    );
  });

  it.each([
    ['this program', entry('calico-upgrade-action')],
    ['Calico', entry('operator')],
    ['a controller of Kubernetes', entry('kube-controller-manager')],
    ['somebody before the backup', entry('kubectl-edit', { time: BEFORE })],
    ['a controller that says how it is', entry('kubelet', { subresource: 'status' })],
    ['somebody whose fields are as in the backup', entry('kubectl-edit', { fieldsV1: { 'f:kind': {} } })],
  ])('names nobody where it was %s', (_, one) => {
    expect(judge(one)).toBe('');
  });

  it('names nobody who only had its pods made anew', () => {
    const restarted = { 'kubectl.kubernetes.io/restartedAt': SINCE };
    const fieldsV1 = {
      'f:spec': {
        'f:template': {
          'f:metadata': { 'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/restartedAt': {} } },
        },
      },
    };
    const live = daemonSet(0, restarted, [entry('kubectl-rollout', { fieldsV1 })]);
    expect(whyOverwritten(daemonSet(0), live, BACKUP)).toBe('');
  });

  it('names Helm only where the object is not of its release', () => {
    const released = { 'meta.helm.sh/release-name': 'calico' };
    const [free, owned] = [{}, released].map((annotations) =>
      whyOverwritten(daemonSet(0, annotations), daemonSet(7, annotations, [entry('helm')]), BACKUP),
    );
    expect(free).toContain('changed by helm');
    expect(owned).toBe('');
  });

  it('names who scaled it', () => {
    expect(judge(entry('kubectl', { subresource: 'scale' }))).toContain('changed by kubectl ');
  });
});

describe('all that a rollback puts back over a change of somebody’s', () => {
  it('is nothing where it only puts back', () => {
    expect(sayOverwritten([buildItem(), buildItem({ class: 'user', why: 'It was changed.' })])).toBeNull();
  });

  it('is told of a few, and the others are counted', () => {
    const items = Array.from({ length: 40 }, () => buildItem({ why: 'It was changed by a.' }));
    const said = sayOverwritten(items);
    expect(said?.match(/DaemonSet kube-system\/calico-node: It was changed by a\./g)).toHaveLength(3);
    expect(said).toContain('So are 37 more objects; the report lists all.');
  });
});
