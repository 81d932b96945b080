import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const variables: Detector = {
  format: 'variables',
  hint: String.raw`(?:kubernetes|kube|k8s|k3s|k0s|rke2?|calico|tigera|kindest|kind|eks|aks|gke|kubeadm|kubelet)[\w.-]{0,40}(?:version|ver|tag|release|semver|channel|series|branch|revision|minor|patch)|(?:version|ver|tag|release)s?[_.-]?(?:of[_.-])?(?:kubernetes|kube|k8s|k3s|calico)|(?:kubernetes|k8s|k3s|k0s|rke2?|calico|tigera)\w{0,40}["']?:\s*(?:[#\n{v\d"'&]|$)|versions["']?:`,
  extract,
};
