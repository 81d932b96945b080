import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classifyRepository, findImages } from '../../src/version/image.js';

/** The images of a text as `component name tag`. */
function read(text: string): string[] {
  return findImages(text).map(({ component, name, tag }) => `${component} ${name} ${tag}`);
}

describe('findImages', () => {
  test.each([
    ['calico/node:v3.28.1', 'calico node v3.28.1'],
    ['docker.io/calico/cni:v3.28.1', 'calico cni v3.28.1'],
    ['quay.io:5000/mirror/calico/kube-controllers:v3.28.1', 'calico kube-controllers v3.28.1'],
    ['rancher/mirrored-calico-node:v3.28.1', 'calico node v3.28.1'],
    ['rancher/hardened-calico:v3.28.1-build20240610', 'calico calico v3.28.1-build20240610'],
    ['calico/node-windows:v3.28.1', 'calico node-windows v3.28.1'],
    ['calico/ctl:v3.28.1', 'calicoctl ctl v3.28.1'],
    ['calico/node-arm64:v3.8.2', 'calico node v3.8.2'],
    ['quay.io/tigera/operator:v1.34.5', 'tigera-operator operator v1.34.5'],
    ['registry.k8s.io/kube-proxy:v1.30.1', 'kubernetes kube-proxy v1.30.1'],
    ['k8s.gcr.io/kube-apiserver-amd64:v1.18.2', 'kubernetes kube-apiserver v1.18.2'],
    ['kindest/node:v1.30.0@sha256:047357ac', 'kubernetes kindest/node v1.30.0'],
    ['rancher/k3s:v1.30.1-k3s1', 'kubernetes rancher/k3s v1.30.1-k3s1'],
    ['ghcr.io/siderolabs/kubelet:v1.31.4', 'kubernetes kubelet v1.31.4'],
    ['calico/node:{{ .Values.tag }}', 'calico node {{ .Values.tag }}'],
    ['calico/node:v${TAG}-amd64', 'calico node v${TAG}-amd64'],
    ['calico/node:latest', 'calico node latest'],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  test.each([
    'calico/go-build:v0.90',
    'calicovpp/agent:v3.28.0',
    'quay.io/tigera/cnx-node:v3.19.1',
    'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.12.0',
    'registry.k8s.io/kubectl:v1.31.0',
    'mycalico/node:v3.28.1',
    'calico/node',
    'calico/node@sha256:047357ac',
    'kindest/haproxy:v1.30.0',
    'calico/node:v3.28.1/path',
    'an example, `calico/node:v3.28.1`',
    'kubelet:v1.30.0',
  ])('passes over %s', (text) => {
    expect(read(text)).toEqual([]);
  });

  test('says where the reference and its tag stand', () => {
    const text = 'image: "reg.example.org/x/calico/node:v3.28.1@sha256:ab"';
    expect(findImages(text)).toMatchObject([
      { text: 'reg.example.org/x/calico/node:v3.28.1', offset: 8, tagOffset: text.indexOf('v3.28') },
    ]);
  });

  test('an expression in front of the name belongs to the reference', () => {
    expect(findImages('image: {{ registry }}/calico/node:v3.28.1')).toMatchObject([
      { text: '{{ registry }}/calico/node:v3.28.1', offset: 7 },
    ]);
  });

  test('points at itself in any text', () => {
    const parts = [
      'calico/node',
      'kube-proxy',
      ':',
      '/',
      'v3.28.1',
      '{{ a }}',
      '${A}',
      '@sha256:ab',
      ' ',
      '"',
      '-',
      'quay.io',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts)), (words) => {
        const text = words.join('');
        for (const image of findImages(text)) {
          expect(text.startsWith(image.text, image.offset)).toBe(true);
          expect(text.startsWith(image.tag, image.tagOffset)).toBe(true);
          expect(image.text.endsWith(image.tag)).toBe(true);
        }
      }),
    );
  });
});

test.each([
  ['docker.io/calico/node', 'calico node'],
  ['registry.example.org/mirror/calico-node', 'calico node'],
  ['rancher/hardened-calico', 'calico calico'],
  ['tigera/operator', 'tigera-operator operator'],
  ['kube-proxy', 'kubernetes kube-proxy'],
  ['rancher/hardened-flannel', null],
  ['calico/node:v3.28.1', null],
  ['', null],
])('classifyRepository of %j', (repository, expected) => {
  const image = classifyRepository(repository);
  expect(image && `${image.component} ${image.name}`).toBe(expected);
});
