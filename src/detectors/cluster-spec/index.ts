import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const clusterSpec: Detector = {
  format: 'cluster-spec',
  hint: String.raw`cluster\.x-k8s\.io|eksctl\.io|upgrade\.cattle\.io|kops\.k8s\.io|AWS::EKS|crossplane\.io|upbound\.io|cnrm\.cloud\.google\.com|clusterName:|k0sctl|kubeone|kubekey|gardener\.cloud|kubermatic|k0smotron|k0sproject\.io|eks\.services\.k8s|containerservice\.azure|CloudProfile|KubernetesRelease|provisioning\.cattle\.io|anywhere\.eks`,
  extract,
};
