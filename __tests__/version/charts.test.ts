import { expect, test } from '@jest/globals';
import { calicoChartOf, isLocalChart, otherCniOf } from '../../src/version/charts.js';

test.each([
  ['tigera-operator', 'tigera-operator'],
  ['projectcalico/tigera-operator', 'tigera-operator'],
  ['oci://quay.io/calico/charts/tigera-operator', 'tigera-operator'],
  ['oci://quay.io/calico/charts/crd.projectcalico.org.v1', 'crd.projectcalico.org.v1'],
  ['./charts/tigera-operator/', 'tigera-operator'],
  ['tigera-operator-crds', null],
  ['calico', null],
  ['', null],
])('calicoChartOf %j is %j', (reference, chart) => {
  expect(calicoChartOf(reference)).toBe(chart);
});

test.each([
  ['cilium/cilium', 'cilium'],
  ['oci://ghcr.io/x/flannel', 'flannel'],
  ['tigera-operator', null],
])('otherCniOf %j is %j', (reference, cni) => {
  expect(otherCniOf(reference)).toBe(cni);
});

test.each([
  ['./charts/x', true],
  ['../x/y', true],
  ['charts/x', true],
  ['${path.module}/charts/x', true],
  ['/opt/charts/x', true],
  ['infra/network/x', true],
  ['projectcalico/tigera-operator', false],
  ['tigera-operator', false],
  ['oci://quay.io/calico/charts/x', false],
  ['quay.io/calico/charts/x', false],
])('isLocalChart %j is %j', (reference, expected) => {
  expect(isLocalChart(reference)).toBe(expected);
});
