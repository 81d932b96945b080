import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const upstreamUrl: Detector = {
  format: 'upstream-url',
  hint: String.raw`projectcalico|tigera|dl\.k8s\.io|stable:?/|kubernetes-release|k3s-io/k3s|rancher/(?:k3s|rke2)|k0sproject/k0s`,
  extract,
};
