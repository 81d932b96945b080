import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const script: Detector = {
  format: 'script',
  hint: String.raw`(?:kubernetes|kube|k8s|k3s|k0s|rke2?|calico|tigera|kindest|kind|eks|aks|gke|kubeadm|kubelet)[\w.-]{0,40}(?:version|ver|tag|release|semver|channel|series|branch|revision|minor|patch)|(?:version|ver|tag|release)_?(?:of_)?(?:kubernetes|kube|k8s|k3s|calico)|kube(?:let|adm)[=-]|kubectl|eksctl|doctl|civo|talosctl|cluster-version|microk8s|snap[ \t]|(?:kind|k3d)[ \t]+(?:create|cluster)`,
  extract,
};
