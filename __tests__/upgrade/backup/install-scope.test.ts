import { describe, expect, it } from '@jest/globals';
import { OWN_LABELS } from '../../../src/cluster/own-label.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { BUNDLE_KINDS } from '../../../src/upgrade/backup/bundle-kinds.js';
import { belongs } from '../../../src/upgrade/backup/install-scope.js';

describe('what belongs into a bundle', () => {
  it.each(['GlobalNetworkPolicy', 'Tier', 'NetworkPolicy'])(
    'is a %s of a user’s, and none that this program made',
    (kind) => {
      const [found] = BUNDLE_KINDS.filter((one) => one.kind === kind);
      if (found === undefined) throw new Error(`no ${kind}`);
      const { apiVersion } = found;
      const theirs: KubernetesObject = { apiVersion, kind, metadata: { name: 'one' } };
      const ours: KubernetesObject = { ...theirs, metadata: { name: 'one', labels: OWN_LABELS } };
      expect([belongs(found, theirs), belongs(found, ours)]).toEqual([true, false]);
    },
  );
});
