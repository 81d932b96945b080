import { describe, expect, test } from '@jest/globals';
import { parseObjects, scanTemplate } from '../../scripts/catalog-refresh/objects.js';
import { parseDocsReleases, parseTestedStatement } from '../../scripts/catalog-refresh/parse-docs.js';
import {
  parseCalicoTags,
  parseOperatorTitle,
  parsePinnedOperator,
  parseVersionsFile,
} from '../../scripts/catalog-refresh/parse-tags.js';

describe('parseTestedStatement', () => {
  test('reads the list with and without a v, sorted, and what is ruled out', () => {
    const page = `#### Supported versions

We test $[prodname] $[version] against the following Kubernetes versions. Other versions may work.

* 1.34
* v1.9

Due to changes in the Kubernetes API, $[prodname] will not work
on Kubernetes v1.20 or below. v1.21 may work.
`;
    expect(parseTestedStatement(page)).toEqual({ kubernetes: ['v1.9', 'v1.34'], worksFrom: 'v1.21' });
  });

  test('reads a list that follows without a blank line, up to the first other line', () => {
    const page = 'We test it against the following Kubernetes versions.\n- 1.8\n- 1.9\nOther text\n- 1.10\n';
    expect(parseTestedStatement(page)).toEqual({ kubernetes: ['v1.8', 'v1.9'], worksFrom: null });
  });

  test.each([
    ['no statement', '# Requirements\n- 1.8\n'],
    ['no list', 'against the following Kubernetes versions.\n\nNone.\n'],
    ['nothing', ''],
  ])('finds none where there is %s', (_, page) => {
    expect(parseTestedStatement(page)).toBeNull();
  });
});

test('parseDocsReleases keeps releases and their operators', () => {
  const json = JSON.stringify([
    { title: 'v3.32.1', 'tigera-operator': { version: 'v1.42.3' } },
    { title: 'v3.32.0' },
    { title: 'master' },
    {},
  ]);
  expect(parseDocsReleases(json)).toEqual([
    { version: 'v3.32.1', operator: 'v1.42.3' },
    { version: 'v3.32.0', operator: null },
  ]);
});

test('parseVersionsFile keeps the order of the file', () => {
  const yaml = '- title: v3.21.2\n  tigera-operator:\n   version: v1.23.3\n- title: v3.21.1\n- note: none\n';
  expect(parseVersionsFile(yaml)).toEqual([
    { version: 'v3.21.2', operator: 'v1.23.3' },
    { version: 'v3.21.1', operator: null },
  ]);
});

test.each([
  ['          image: quay.io/tigera/operator:v1.28.13\n', 'v1.28.13'],
  ['image: tigera/operator:v1.36.1.1\n', 'v1.36.1.1'],
  ['image: quay.io/tigera/operator:master\n', null],
  ['', null],
])('parsePinnedOperator(%j) is %s', (manifest, expected) => {
  expect(parsePinnedOperator(manifest)).toBe(expected);
});

test.each([
  [
    '          image: docker.io/calico/cni:v3.24.5\n          image: docker.io/calico/node:v3.24.5\n',
    ['v3.24.5'],
  ],
  [
    '          image: quay.io/calico/node:v3.33.0\n          image: calico/calico:release-v3.33\n',
    ['v3.33.0', 'release-v3.33'],
  ],
  ['          image: docker.io/flannel/flannel:v0.24.4\n', []],
])('parseCalicoTags(%j) is %j', (manifest, expected) => {
  expect(parseCalicoTags(manifest)).toEqual(expected);
});

test.each([
  ['# comment\ntitle: v3.32.1\ncomponents:\n', 'v3.32.1'],
  ['title: "v3.32.1"\n', 'v3.32.1'],
  ['title: master\n', null],
])('parseOperatorTitle(%j) is %s', (yaml, expected) => {
  expect(parseOperatorTitle(yaml)).toBe(expected);
});

test('parseObjects names objects and measures them as JSON, passing over what is none', () => {
  const manifest = `# Source: calico
---
kind: ServiceAccount
metadata:
  name: calico-node
---
data: {}
---
`;
  const size = JSON.stringify({ kind: 'ServiceAccount', metadata: { name: 'calico-node' } }).length;
  expect(parseObjects(manifest)).toEqual([{ kind: 'ServiceAccount', name: 'calico-node', sizeBytes: size }]);
});

test('parseObjects takes a property that is listed twice, as upstream’s CRDs have it', () => {
  expect(parseObjects('kind: A\nmetadata: {name: b}\nspec: {x: 1, x: 2}\n')).toHaveLength(1);
});

describe('scanTemplate', () => {
  const objects = scanTemplate(`{{- if eq .Values.datastore "etcd" }}
kind: ClusterRole
apiVersion: rbac.authorization.k8s.io/v1
metadata:
  name: calico-node
{{- else }}
kind: ConfigMap
metadata:
  labels:
    name: none
  name: {{ include "variant" . | lower }}-config
---
kind: Secret
`);

  test('finds the objects of every branch, with their own names', () => {
    expect(objects.map(({ kind, name }) => [kind, name])).toEqual([
      ['ClusterRole', 'calico-node'],
      ['ConfigMap', null],
    ]);
  });

  test('lets what is templated stand for anything', () => {
    const [role, config] = objects;
    expect(config?.matches('calico-config')).toBe(true);
    expect(config?.matches('calico-node')).toBe(false);
    expect(role?.matches('calico-node')).toBe(true);
    expect(role?.matches('calico-node-2')).toBe(false);
  });

  test.each([
    ['{{ if eq .Values.provider "openshift" }}\n', true],
    ['{{ if ne .Values.provider "openshift" }}\n', false],
    ['', false],
  ])('a template that starts with %j is left out of what is published: %s', (start, expected) => {
    const template = `${start}kind: ConfigMap\nmetadata:\n  name: a\n`;
    expect(scanTemplate(template)[0]?.isOptional).toBe(expected);
  });
});
