import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { merge } from '../../../src/upgrade/customisations/merge.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { calicoNode, configMap, env, role, rule } from './build-objects.js';
import { isSameInstall } from './upstream-files.js';

/** What an install is made of: names are drawn from `words`. */
function installOptions(words: readonly [string, ...string[]]) {
  const word = fc.constantFrom(...words);
  const variables = fc.dictionary(word, fc.constantFrom('1', '2', '3'), { maxKeys: 3 });
  const names = fc.uniqueArray(word, { maxLength: 3 });
  return fc.record({
    env: variables,
    data: variables,
    labels: variables,
    cni: variables,
    initContainers: names,
    tolerations: names,
    resources: names,
    verbs: fc.uniqueArray(fc.constantFrom('get', 'list', 'watch'), { minLength: 1, maxLength: 3 }),
  });
}

type Options = ReturnType<ReturnType<typeof installOptions>['generate']>['value'];

/** An install of several parts, each with names of its own. */
function installOf(...parts: readonly Options[]): readonly KubernetesObject[] {
  const all = (name: 'env' | 'data' | 'labels' | 'cni'): Record<string, string> =>
    Object.assign({}, ...parts.map((part) => part[name])) as Record<string, string>;
  const names = (name: 'initContainers' | 'tolerations'): string[] => parts.flatMap((part) => part[name]);
  return [
    configMap({ ...all('data'), cni: JSON.stringify({ plugins: [{ type: 'calico', ...all('cni') }] }) }),
    role(
      ...parts
        .filter(({ resources }) => resources.length > 0)
        .map((part) => rule('g', part.resources, part.verbs)),
    ),
    calicoNode({
      metadata: { labels: all('labels') },
      container: env(all('env')),
      pod: {
        initContainers: names('initContainers').map((name) => ({ name, image: `x/${name}:v1` })),
        tolerations: names('tolerations').map((key) => ({ key, operator: 'Exists' })),
      },
    }),
  ];
}

const install = installOptions(['a', 'b', 'c', 'd']).map((options) => installOf(options));
const upstreams = installOptions(['a', 'b', 'c', 'd']);
const users = installOptions(['p', 'q', 'r']);
const RUNS = { numRuns: 100 };

test('an untouched install becomes the target, with nothing of the user’s', () => {
  fc.assert(
    fc.property(install, install, (base, target) => {
      const merged = merge(base, base, target);
      expect(merged.customisations).toEqual([]);
      expect(merged.objects).toEqual(target);
    }),
    RUNS,
  );
});

test('where upstream changed nothing, all that the user changed is kept', () => {
  fc.assert(
    fc.property(install, install, (base, live) => {
      const merged = merge(base, live, base);
      expect(merged.customisations.filter(({ outcome }) => outcome !== 'kept')).toEqual([]);
      expect(isSameInstall(live, merged.objects)).toBe(true);
      expect(merged.upstreamChanges).toBe(0);
    }),
    RUNS,
  );
});

test('what is kept is found again in the result, which then stays as it is', () => {
  fc.assert(
    fc.property(install, install, install, (base, live, target) => {
      const first = merge(base, live, target);
      const again = merge(target, first.objects, target);
      expect(again.objects).toEqual(first.objects);
      const fieldsOf = ({ customisations }: typeof first): string[] =>
        customisations.flatMap(({ outcome, object, field }) =>
          outcome === 'kept' ? [`${object.name} ${field}`] : [],
        );
      expect(fieldsOf(again).sort()).toEqual(fieldsOf(first).sort());
    }),
    RUNS,
  );
});

test('where they changed different things, all is kept, and the way back gives what was there before', () => {
  fc.assert(
    fc.property(upstreams, upstreams, users, users, (before, after, defaults, own) => {
      const [base, target] = [installOf(before, defaults), installOf(after, defaults)];
      const live = installOf(before, own);
      const forth = merge(base, live, target);
      expect(forth.customisations.filter(({ outcome }) => outcome !== 'kept')).toEqual([]);
      expect(isSameInstall(installOf(after, own), forth.objects)).toBe(true);
      const back = merge(target, forth.objects, base);
      expect(isSameInstall(live, back.objects)).toBe(true);
    }),
    RUNS,
  );
});

test('what upstream and the user changed alike is written once, whatever the order of lists', () => {
  fc.assert(
    fc.property(install, install, (base, live) => {
      const merged = merge(base, live, live);
      expect(merged.objects).toEqual(live);
      expect(merged.customisations.filter(({ outcome }) => outcome !== 'dropped')).toEqual([]);
    }),
    RUNS,
  );
});
