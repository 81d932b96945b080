import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject, ObjectMetadata } from '../../../src/ports/cluster-client.js';
import { BUNDLE_KINDS, type BundleKind } from '../../../src/upgrade/backup/bundle-kinds.js';
import { judgeLive } from '../../../src/upgrade/restore/judge-object.js';

const CREATED = '2026-11-20T10:00:00Z';
const LATER = '2026-11-20T10:05:00Z';

function kindOf(kind: string): BundleKind {
  const found = BUNDLE_KINDS.find((one) => one.kind === kind);
  if (!found) throw new Error(kind);
  return found;
}

/** An object that the bundle does not have, written by these since. */
function made(
  kind: string,
  writers: readonly (string | { readonly manager: string; readonly subresource: string })[],
  metadata: Partial<ObjectMetadata> = {},
): KubernetesObject {
  const managedFields = writers.map((one) => ({
    ...(typeof one === 'string' ? { manager: one } : one),
    operation: 'Update' as const,
    time: LATER,
  }));
  return {
    apiVersion: kindOf(kind).apiVersion,
    kind,
    metadata: { name: 'default', managedFields, ...metadata },
  };
}

function judge(object: KubernetesObject, options: { hasOperator?: boolean; resources?: string[] } = {}) {
  const { hasOperator = true, resources = [] } = options;
  return judgeLive(kindOf(object.kind), object, {
    createdAt: CREATED,
    hasOperator,
    choice: 'stop',
    resources: new Set(resources),
  });
}

function ownedBy(kind: string): Partial<ObjectMetadata> {
  return {
    name: 'goldmane',
    namespace: 'calico-system',
    ownerReferences: [{ apiVersion: 'operator.tigera.io/v1', kind, name: 'default', uid: '1' }],
  };
}

const OF_RELEASE = { annotations: { 'meta.helm.sh/release-name': 'calico' } };

describe('a resource of the operator that the bundle does not have', () => {
  test.each([
    ['this program', made('Goldmane', ['calico-upgrade-action'])],
    ['and the operator', made('Whisker', ['calico-upgrade-action', 'operator'])],
    ['and Helm, into its own release', made('Goldmane', ['calico-upgrade-action', 'helm'], OF_RELEASE)],
    [
      'and, of its status, anybody',
      made('Goldmane', ['calico-upgrade-action', { manager: 'kubectl', subresource: 'status' }]),
    ],
  ])('goes where it was written by nobody but: %s', (_, object) => {
    expect(judge(object)).toMatchObject({ action: 'delete', stage: 'operator', saved: null });
  });

  test('goes whatever the clock of the backup says', () => {
    const early = [{ manager: 'calico-upgrade-action', time: '2026-11-20T09:00:00Z' }];
    expect(judge(made('Goldmane', [], { managedFields: early }))?.action).toBe('delete');
  });

  test.each([
    ['a user made it', made('Goldmane', ['kubectl-create'])],
    ['a user has changed it since', made('Goldmane', ['calico-upgrade-action', 'kubectl-edit'])],
    ['Helm wrote it, and not into a release', made('Goldmane', ['calico-upgrade-action', 'helm'])],
    ['nothing says who made it', made('Goldmane', [])],
  ])('stays, and is named, where %s', (_, object) => {
    expect(judge(object)).toMatchObject({ action: 'keep', why: 'It was made since the backup.' });
  });

  test('stays as long as it is under deletion', () => {
    expect(judge(made('Goldmane', ['calico-upgrade-action'], { deletionTimestamp: LATER }))).toBeNull();
  });
});

describe('what the operator rendered that the bundle does not have', () => {
  test.each(['Deployment', 'Service', 'NetworkPolicy'])('goes with its resource: a %s', (kind) => {
    const object = made(kind, ['operator'], ownedBy('Goldmane'));
    expect(judge(object, { resources: ['Goldmane default'] })?.action).toBe('delete');
  });

  test.each(['Deployment', 'NetworkPolicy'])('stays with a resource that stays: a %s', (kind) => {
    expect(judge(made(kind, ['operator'], ownedBy('Goldmane')))).toMatchObject({
      action: 'keep',
      why: 'It belongs to Goldmane default, which was made since the backup.',
    });
  });
});

test('what this program made of users’ data stays: it makes none by itself', () => {
  expect(judge(made('IPPool', ['calico-upgrade-action']))?.action).toBe('keep');
  const networkPolicy = made('NetworkPolicy', ['kubectl-create'], { namespace: 'calico-system' });
  expect(judge(networkPolicy)?.action).toBe('keep');
});
