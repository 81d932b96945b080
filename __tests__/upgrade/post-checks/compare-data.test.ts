import { describe, expect, it } from '@jest/globals';
import { compareData } from '../../../src/upgrade/post-checks/compare-data.js';
import type { KeptObject } from '../../../src/upgrade/post-checks/user-data.js';
import type { Verdict } from '../../../src/upgrade/post-checks/verdict.js';

interface Parts {
  readonly namespace?: string;
  readonly version?: string;
  readonly writers?: readonly string[];
}

/** An object that was written by those, in that order. */
function kept(
  kind: string,
  name: string,
  spec: object,
  { namespace, version = '1', writers = ['kubectl'] }: Parts = {},
): KeptObject {
  const isMany = /Policy|Set|Endpoint/.test(kind);
  return {
    reference: { apiVersion: 'crd.projectcalico.org/v1', kind, namespace: namespace ?? null, name },
    resourceVersion: version,
    digest: JSON.stringify(spec),
    spec: isMany ? null : spec,
    writers: new Map(writers.map((writer, index) => [`${index} ${writer}`, writer])),
  };
}

function compare(
  before: readonly KeptObject[],
  after: readonly KeptObject[],
  gone: readonly string[] = [],
  nodes: readonly string[] = [],
): Verdict {
  const byName = (objects: readonly KeptObject[]) =>
    new Map(
      objects.map((one) => {
        const { kind, namespace, name } = one.reference;
        return [`${kind} ${namespace === null ? '' : `${namespace}/`}${name}`, one];
      }),
    );
  return compareData(byName(before), byName(after), { namespaces: new Set(gone), nodes: new Set(nodes) });
}

const NOTHING = { failures: [], warnings: [] };
const POOL = kept('IPPool', 'one', { cidr: '10.0.0.0/16', ipipMode: 'Always' });

describe('what users wrote', () => {
  it.each([
    ['Calico itself', ['kubectl', 'calico-node'], 'Calico itself wrote it (calico-node)'],
    ['this program', ['kubectl', 'calico-upgrade-action'], '(calico-upgrade-action)'],
    ['nobody who says so', ['kubectl'], 'Nothing says who wrote it'],
  ])('is a failure where %s changed a pool', (_, writers, text) => {
    const spec = { cidr: '10.0.0.0/16', ipipMode: 'Never' };
    const { failures, warnings } = compare([POOL], [kept('IPPool', 'one', spec, { version: '2', writers })]);
    expect(failures.join()).toContain('IPPool one: spec.ipipMode was "Always" and is "Never"');
    expect(failures.join()).toContain(text);
    expect(warnings).toEqual([]);
  });

  it('is a warning where anybody else took part in the change', () => {
    const after = kept(
      'IPPool',
      'one',
      { cidr: '10.0.0.0/16' },
      { version: '2', writers: ['kubectl', 'operator', 'argocd'] },
    );
    expect(compare([POOL], [after])).toEqual({
      failures: [],
      warnings: [
        'IPPool one: spec.ipipMode was "Always" and is not set. argocd, operator changed it meanwhile.',
      ],
    });
  });

  it('may get the defaults of a newer release, but none that switches a pool off', () => {
    const spec = { cidr: '10.0.0.0/16', ipipMode: 'Always', assignmentMode: 'Automatic', vxlanMode: 'Never' };
    expect(compare([POOL], [kept('IPPool', 'one', spec)])).toEqual(NOTHING);
    const operator = { version: '2', writers: ['kubectl', 'operator'] };
    expect(compare([POOL], [kept('IPPool', 'one', spec, operator)])).toEqual(NOTHING);
    const disabled = kept('IPPool', 'one', { ...spec, disabled: true }, operator);
    expect(compare([POOL], [disabled]).failures.join()).toContain('spec.disabled was not set and is true');
  });

  it('that only misses a field is a failure: a new definition may have dropped it', () => {
    const peer = kept('BGPPeer', 'rack', { asNumber: 64_512, password: { key: 'a' } });
    const pruned = kept('BGPPeer', 'rack', { asNumber: 64_512 }, { version: '2' });
    expect(compare([peer], [pruned]).failures).toHaveLength(1);
  });

  it('is a warning where Calico or a new definition changes what Calico has a say in', () => {
    const felix = kept('FelixConfiguration', 'default', { old: 1, mode: 'a' });
    const pruned = kept('FelixConfiguration', 'default', { mode: 'a' });
    expect(compare([felix], [pruned]).warnings.join()).toContain(
      'spec.old was 1 and is not set. Nobody wrote it',
    );
    const written = kept(
      'FelixConfiguration',
      'default',
      { old: 1, mode: 'b' },
      { version: '2', writers: ['kubectl', 'operator'] },
    );
    expect(compare([felix], [written])).toEqual({
      failures: [],
      warnings: [
        'FelixConfiguration default: spec.mode was "a" and is "b". Calico itself wrote it (operator).',
      ],
    });
  });

  it.each(['IPPool', 'BGPPeer', 'BGPConfiguration', 'FelixConfiguration', 'Tier', 'GlobalNetworkPolicy'])(
    'is a failure where one %s of several is gone',
    (kind) => {
      const [one, other] = [kept(kind, 'one', {}), kept(kind, 'other', {})];
      expect(compare([one, other], [one]).failures).toEqual([
        `1 of 2 ${kind} objects are gone: ${kind} other.`,
      ]);
    },
  );

  it('is a warning where single objects of workloads are gone, a failure where all of a kind are', () => {
    const shop = { namespace: 'shop' };
    const [one, other] = [kept('NetworkPolicy', 'one', {}, shop), kept('NetworkPolicy', 'other', {}, shop)];
    expect(compare([one, other], [one])).toMatchObject({
      failures: [],
      warnings: [expect.stringContaining('1 of 2 NetworkPolicy objects are gone: NetworkPolicy shop/other.')],
    });
    expect(compare([one, other], []).failures).toHaveLength(1);
    expect(compare([one, other], [], ['shop'])).toEqual(NOTHING);
  });

  it('is no loss where all of a kind were made anew under other names', () => {
    const sets = (...names: readonly string[]) =>
      names.map((name) => kept('NetworkSet', name, {}, { namespace: 'shop' }));
    const { failures, warnings } = compare(sets('feed-1', 'feed-2'), sets('feed-3', 'feed-4'));
    expect(failures).toEqual([]);
    expect(warnings.join()).toContain('2 of 2 NetworkSet objects are gone');
  });

  it('goes with the node that it is for', () => {
    const ofNode = [
      kept('FelixConfiguration', 'node.worker-3', {}),
      kept('BGPConfiguration', 'node.worker-3', {}),
      kept('BGPPeer', 'to-rack', { node: 'worker-3', asNumber: 64_512 }),
    ];
    expect(compare(ofNode, [], [], ['worker-3'])).toEqual(NOTHING);
    expect(compare(ofNode, [], [], ['worker-4']).failures).toHaveLength(3);
  });

  it('may lose the prefix of its name, as 3.32 takes it away', () => {
    const before = kept('GlobalNetworkPolicy', 'default.allow', {});
    expect(compare([before], [kept('GlobalNetworkPolicy', 'allow', {})])).toEqual(NOTHING);
    expect(compare([before], [kept('GlobalNetworkPolicy', 'other', {})]).failures).toHaveLength(1);
  });

  it('names a pool that calico-node made', () => {
    const made = kept('IPPool', 'default-ipv4-ippool', {}, { writers: ['calico-node'] });
    expect(compare([POOL], [POOL, made]).warnings).toEqual([
      'IPPool default-ipv4-ippool was made meanwhile, by calico-node.',
    ]);
  });

  it('does not say the same a thousand times', () => {
    const policies = (version: string) =>
      Array.from({ length: 1000 }, (_, index) =>
        kept('NetworkPolicy', `p${index}`, { version }, { namespace: 'shop', version }),
      );
    const { warnings } = compare(policies('1'), policies('2'));
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('And 980 more of this sort.');
  });
});
