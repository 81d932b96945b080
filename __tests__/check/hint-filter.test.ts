import { describe, expect, test } from '@jest/globals';
import { createHintFilter } from '../../src/check/hint-filter.js';
import { DETECTORS } from '../../src/detectors/registry.js';
import { fixtureFolders, readFixtures } from '../detectors/extract-fixture.js';

describe('the filter of hints', () => {
  test.each([
    [String.raw`toolkit\.fluxcd\.io/`, 'apiVersion: Toolkit.FluxCD.io/v1'],
    [String.raw`^appVersion:`, 'x: 1\nAPPVERSION: 3'],
    [String.raw`tigera-?operator`, 'tigeraoperator'],
    [String.raw`stable:?/`, 'stable/'],
    [String.raw`a{2,3}bcdef`, 'aabcdef'],
    [String.raw`chart(?:name)?:\s*["']?(?:cilium|weave-net)\b`, 'chartName: "cilium"'],
    [String.raw`(?:kube|k8s)[\w.-]{0,40}(?:ver|tag)`, 'K8S_VER'],
    [String.raw`one\|two`, 'one|two'],
    ['AWS::EKS', 'Type: aws::eks::Cluster'],
    ['[|)]word(?:s|(?:e|f)g)', '|wordfg'],
  ])('lets through what %s matches', (hint, text) => {
    expect(new RegExp(hint, 'im').test(text)).toBe(true);
    expect(createHintFilter([hint])(text)).toBe(true);
  });

  test('keeps back what holds no word of any hint', () => {
    const passes = createHintFilter(DETECTORS.map(({ hint }) => hint));
    expect(passes('kind: Deployment\nmetadata:\n  name: api\n')).toBe(false);
  });

  test.each(fixtureFolders().flatMap(readFixtures))(
    'lets through what a hint matches in $path',
    ({ text }) => {
      for (const { hint } of DETECTORS) {
        const expression = new RegExp(hint, 'im');
        const passes = createHintFilter([hint]);
        for (const part of [text, ...text.split('\n')]) {
          if (expression.test(part)) expect(passes(part)).toBe(true);
        }
      }
    },
  );
});
