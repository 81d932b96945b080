import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const helm: Detector = {
  format: 'helm',
  hint: String.raw`tigera-?operator|projectcalico|calico[/_-]|calicoctl|kube-(?:proxy|apiserver|controller-manager|scheduler)|hardened-(?:calico|kubernetes)|hyperkube|kindest/node|/kubelet\b|rancher/(?:k3s|rke2)|^appVersion:|chart(?:name)?:\s*["']?(?:\S{0,100}/)?(?:cilium|flannel|antrea|weave-net|kube-ovn)\b`,
  extract,
};
