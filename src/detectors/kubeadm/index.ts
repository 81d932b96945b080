import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const kubeadm: Detector = {
  format: 'kubeadm',
  hint: String.raw`kubeadm\.k8s\.io|kubeadm[ \t]+(?:init|upgrade|config)|clusterConfiguration:`,
  extract,
};
