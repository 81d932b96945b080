import { describe, expect, test } from '@jest/globals';
import { merge } from '../../../src/upgrade/customisations/merge.js';
import { role, rule } from './build-objects.js';

const POOLS = rule('crd.projectcalico.org', ['ippools', 'bgppeers'], ['get', 'list']);
const PODS = rule('', ['pods'], ['get']);

describe('rules of a role', () => {
  test('written in another way are the same', () => {
    const live = role(
      rule('', ['pods'], ['get']),
      rule('crd.projectcalico.org', ['bgppeers'], ['list', 'get']),
      rule('crd.projectcalico.org', ['ippools'], ['get']),
      rule('crd.projectcalico.org', ['ippools'], ['list']),
    );
    expect(merge([role(POOLS, PODS)], [live], [role(POOLS, PODS)]).customisations).toEqual([]);
  });

  test('a verb that the user added is kept, next to what upstream changed', () => {
    const live = role(rule('crd.projectcalico.org', ['ippools', 'bgppeers'], ['get', 'list', 'watch']), PODS);
    const target = role(
      rule('crd.projectcalico.org', ['ippools', 'bgppeers', 'tiers'], ['get', 'list']),
      PODS,
    );
    const merged = merge([role(POOLS, PODS)], [live], [target]);
    expect(
      merged.customisations.map(({ outcome, field, upstream, live: now }) => [outcome, field, upstream, now]),
    ).toEqual([
      ['kept', 'rules[crd.projectcalico.org/ippools].verbs', ['get', 'list'], ['get', 'list', 'watch']],
      ['kept', 'rules[crd.projectcalico.org/bgppeers].verbs', ['get', 'list'], ['get', 'list', 'watch']],
    ]);
    expect(merged.objects).toEqual([
      role(
        rule('crd.projectcalico.org', ['tiers'], ['get', 'list']),
        PODS,
        rule('crd.projectcalico.org', ['ippools'], ['get', 'list', 'watch']),
        rule('crd.projectcalico.org', ['bgppeers'], ['get', 'list', 'watch']),
      ),
    ]);
  });

  test('a resource that the user added is kept', () => {
    const mine = rule('example.org', ['things'], ['get']);
    const merged = merge([role(PODS)], [role(PODS, mine)], [role(PODS, POOLS)]);
    expect(merged.customisations).toMatchObject([
      { outcome: 'kept', field: 'rules[example.org/things].verbs' },
    ]);
    expect(merged.objects).toEqual([role(PODS, POOLS, mine)]);
  });

  test('a right that the user took away stays away', () => {
    const merged = merge(
      [role(PODS, POOLS)],
      [role(PODS, rule('crd.projectcalico.org', ['ippools', 'bgppeers'], ['get']))],
      [role(PODS, POOLS)],
    );
    expect(merged.customisations).toMatchObject([{ outcome: 'kept' }, { outcome: 'kept' }]);
    expect(merged.objects).toEqual([
      role(
        PODS,
        rule('crd.projectcalico.org', ['ippools'], ['get']),
        rule('crd.projectcalico.org', ['bgppeers'], ['get']),
      ),
    ]);
  });

  test('a verb on a resource that upstream no longer uses is dropped', () => {
    const merged = merge(
      [role(PODS, POOLS)],
      [role(PODS, rule('crd.projectcalico.org', ['ippools', 'bgppeers'], ['get', 'list', 'watch']))],
      [role(PODS)],
    );
    expect(merged.customisations).toMatchObject([{ outcome: 'dropped' }, { outcome: 'dropped' }]);
    expect(merged.objects).toEqual([role(PODS)]);
  });

  test('a right that the target brings by itself is dropped', () => {
    expect(merge([role(PODS)], [role(PODS, POOLS)], [role(PODS, POOLS)]).customisations).toMatchObject([
      { outcome: 'dropped', reason: 'The target says the same by itself.' },
      { outcome: 'dropped' },
    ]);
  });

  test('names of resources and paths of URLs tell rules apart', () => {
    const token = { ...rule('', ['serviceaccounts/token'], ['create']), resourceNames: ['calico-node'] };
    const live = role(
      { ...token, resourceNames: ['calico-node', 'mine'] },
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    );
    const merged = merge([role(token)], [live], [role({ ...token, resourceNames: ['calico-cni-plugin'] })]);
    expect(merged.customisations.map(({ outcome, field }) => [outcome, field])).toEqual([
      ['kept', 'rules[serviceaccounts/token:mine].verbs'],
      ['kept', 'rules[/metrics].verbs'],
    ]);
    expect(merged.upstreamChanges).toBe(2);
  });
});
