/**
 * agnhost, by which Kubernetes tests networks: `/agnhost`, a shell and `nc`.
 *
 * @see https://github.com/kubernetes/kubernetes/tree/v1.34.4/test/images/agnhost
 */
export const DEFAULT_PROBE_IMAGE =
  'registry.k8s.io/e2e-test-images/agnhost:2.56@sha256:352a050380078cb2a1c246357a0dfa2fcf243ee416b92ff28b44a01d1b4b0294';
