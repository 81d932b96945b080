import { describe, expect, test } from '@jest/globals';
import type { Detector } from '../../src/detectors/detector.js';
import { DETECTORS } from '../../src/detectors/registry.js';
import { createSourceFile, type SourceFile } from '../../src/detectors/source-file.js';

/** What a reader that looks back, or ahead, again and again would trip over when it is repeated. */
const UNITS: readonly string[] = [
  ...[
    'a',
    ' ',
    '\t',
    '\n',
    '\\\n',
    '-',
    '- ',
    '/',
    'a/',
    '.',
    'a.',
    '1.',
    ':',
    'a: ',
    'a:\n',
    '=',
    'a=',
    "'",
    '"',
    'a: "',
  ],
  ...[
    '{{',
    '{{ a ',
    '${',
    '${a',
    '${a:-',
    '$(',
    '{% ',
    '{# ',
    '<!-- ',
    '/* ',
    '<<A\n',
    '#',
    '@',
    '%2b',
    '[',
    '{',
    '{a: ',
    '[a',
  ],
  ...[
    '&a ',
    '*a ',
    'a: |\n  ',
    '---\n',
    '{{ if a }}\n',
    'image:',
    'calico/node:',
    'calico',
    'v1.29',
    'https://',
    '?ref=',
  ],
  ...[
    'kind: CustomResourceDefinition\n',
    'kubectl apply -f ',
    'helm install ',
    'kubelet=$',
    'eksctl create cluster ',
  ],
  ...[
    'snap install -x ',
    'upgrade-k8s ',
    'kubeadm upgrade apply -a ',
    'ENV.fetch("',
    'description: ',
    'name: "a", ',
  ],
  ...[
    'variable "a" {\n',
    'a = [\n',
    'calico_version: v3.28.1\n',
    'projectcalico/calico/',
    'K8S_',
    'K8SVersion',
  ],
];
/** Between them these are in the format of every detector. */
const PATHS: readonly string[] = ['roles/.github/kustomization.yaml', 'a.tf'];

const SMALL = 50_000;
const FACTOR = 4;
/** Four times the text may take four times as long; were the time to grow with the square, it would be sixteen. */
const MOST_GROWTH = 9;
/** Below this, what is measured is noise: a square that takes no longer would read the largest file in some seconds. */
const NOTICEABLE_MS = 60;

type Step = readonly [name: string, run: (file: SourceFile) => unknown];

const always = (): boolean => true;
const PREPARATIONS: readonly Step[] = [
  ['the text without comments', (file) => file.code()],
  ['the YAML', (file) => file.yaml()],
  ['the lines', (file) => file.lines()],
];

function stepsFor(path: string): readonly Step[] {
  const applicable = DETECTORS.filter(({ matches }) => matches?.(path) ?? true);
  return [
    ...PREPARATIONS,
    ...applicable.map((detector): Step => [
      `the detector ${detector.format}`,
      (file) => detector.extract(file),
    ]),
    ...applicable.map((detector): Step => [`the hint of ${detector.format}`, hintStep(detector)]),
  ];
}

function hintStep({ hint }: Detector): (file: SourceFile) => unknown {
  const pattern = new RegExp(hint, 'im');
  return ({ text }) => pattern.test(text);
}

/** Processor time of each step, in milliseconds: waiting for others on the machine does not count. */
function measure(
  steps: readonly Step[],
  path: string,
  unit: string,
  length: number,
): ReadonlyMap<string, number> {
  const file = createSourceFile(path, unit.repeat(Math.ceil(length / unit.length)).slice(0, length), always);
  return new Map(
    steps.map(([name, run]) => {
      const start = process.cpuUsage();
      run(file);
      return [name, process.cpuUsage(start).user / 1000];
    }),
  );
}

/** The steps that took too long for the longer text, each time that they were tried. */
function findSteep(steps: readonly Step[], path: string, unit: string): readonly string[] {
  let suspects = steps;
  for (let attempt = 0; attempt < 4 && suspects.length > 0; attempt++) {
    const small = measure(steps, path, unit, SMALL);
    const large = measure(steps, path, unit, SMALL * FACTOR);
    suspects = suspects.filter(([name]) => {
      const time = large.get(name) ?? 0;
      return time > NOTICEABLE_MS && time > MOST_GROWTH * (small.get(name) ?? 0);
    });
  }
  return suspects.map(([name]) => `${name}: ${JSON.stringify(unit)}`);
}

describe('time grows with the length of a text, not with its square', () => {
  test.each(PATHS)('in %s', (path) => {
    const steps = stepsFor(path);
    expect(UNITS.flatMap((unit) => findSteep(steps, path, unit))).toEqual([]);
  });

  test('every detector is measured', () => {
    const measured = new Set(PATHS.flatMap((path) => stepsFor(path).map(([name]) => name)));
    expect(DETECTORS.filter(({ format }) => !measured.has(`the detector ${format}`))).toEqual([]);
  });

  test('an expression that tries every start anew is noticed', () => {
    const steps: readonly Step[] = [
      ['square', ({ text }) => /a*b/.test(text.slice(0, text.length / 10))],
      ['straight', ({ text }) => text.includes('b')],
    ];
    expect(findSteep(steps, 'a.yaml', 'a')).toEqual(['square: "a"']);
  });
});
