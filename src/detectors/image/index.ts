import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const image: Detector = {
  format: 'image',
  hint: String.raw`calico[/_-]|projectcalico|tigera[/_-]operator|kube-(?:apiserver|controller-manager|scheduler|proxy)|hyperkube|kindest/node|rancher/(?:k3s|rke2|hardened)|/kubelet:|k0sproject|labring/`,
  extract,
};
