import { describe, expect, test } from '@jest/globals';
import {
  classifyVariableName,
  componentOfProduct,
  componentOfVariable,
} from '../../src/version/variable-name.js';

describe('classifyVariableName', () => {
  test.each([
    ['CALICO_VERSION', 'calico'],
    ['calicoVersion', 'calico'],
    ['calico.node.tag', 'calico'],
    ['calico_cni_version', 'calico'],
    ['calico_chart_version', 'calico'],
    ['calicoctl_version', 'calicoctl'],
    ['CALICO_CTL_VERSION', 'calicoctl'],
    ['KUBERNETES_VERSION', 'kubernetes'],
    ['kubernetesVersion', 'kubernetes'],
    ['kube-version', 'kubernetes'],
    ['k8s.version', 'kubernetes'],
    ['k3s_release_version', 'kubernetes'],
    ['INSTALL_K3S_VERSION', 'kubernetes'],
    ['RKE2_CHANNEL', 'kubernetes'],
    ['eks_cluster_version', 'kubernetes'],
    ['kubeadm_version', 'kubernetes'],
    ['kubelet_version', 'kubernetes'],
    ['KUBERNETES_VERSION_UPGRADE_TO', 'kubernetes'],
    ['kube_apiserver_version', 'kubernetes'],
    ['kind_node_image_tag', 'kubernetes'],
    ['TIGERA_OPERATOR_VERSION', 'tigera'],
    ['tigeraOperator.version', 'tigera'],
  ])('%s is of %s', (name, subject) => {
    expect(classifyVariableName(name)).toBe(subject);
  });

  test.each([
    'version',
    'CALICO_IFACE',
    'KUBERNETES',
    'kubectl_version',
    'KUBECTL_VERSION',
    'KIND_VERSION',
    'minikube_version',
    'helm_version',
    'kube_vip_version',
    'kube_state_metrics_version',
    'kubernetes_dashboard_version',
    'kubernetes_ingress_version',
    'kubespray_version',
    'KUBERNETES_CNI_VERSION',
    'ENVTEST_K8S_VERSION',
    'kube_version_min_required',
    'calico_min_version_required',
    'CALICO_ENTERPRISE_VERSION',
    'calico_vpp_version',
    'calico_cloud_version',
    'CNI_VERSION',
    'RKE_VERSION',
    'cilium_version',
    `k8s_version_${'a'.repeat(200)}`,
    '',
  ])('%s is of none', (name) => {
    expect(classifyVariableName(name)).toBeNull();
  });
});

test.each([
  ['tigera', 'v1.34.5', 'tigera-operator'],
  ['tigera', 'v3.28.1', 'calico'],
  ['calico', 'v3.28.1', 'calico'],
  ['kubernetes', 'whatever', 'kubernetes'],
] as const)('a variable of %s with the value %s is of %s', (subject, value, component) => {
  expect(componentOfVariable(subject, value)).toBe(component);
});

test.each([
  ['calico', '3.26.0', 'calico'],
  ['Kubernetes', 'v1.31.0', 'kubernetes'],
  ['k3s', 'v1.30.2+k3s1', 'kubernetes'],
  ['calico', '3.26', null],
  ['kubernetes', 'true', null],
  ['istio', '1.22.1', null],
])('the product %s at %s is %s', (name, value, component) => {
  expect(componentOfProduct(name, value)).toBe(component);
});
