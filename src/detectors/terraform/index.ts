import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const terraform: Detector = {
  format: 'terraform',
  hint: String.raw`tigera-operator|calico|kubernetes|k8s|_eks_|eks|gke|container_cluster|kind_cluster`,
  matches: (path) => /\.(?:tf|tfvars|hcl|tofu)(?:\.\w+)?$/i.test(path),
  extract,
};
