import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const kubernetesManifest: Detector = {
  format: 'kubernetes-manifest',
  hint: String.raw`calico|tigera|kube-(?:apiserver|controller-manager|scheduler|proxy)|hyperkube|kindest/node|name:\s*["']?cilium["']?\s*$|name:\s*["']?kube-flannel-ds["']?\s*$|name:\s*["']?weave-net["']?\s*$`,
  extract,
};
