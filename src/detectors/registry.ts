import { ansible } from './ansible/index.js';
import { argocd } from './argocd/index.js';
import { clusterSpec } from './cluster-spec/index.js';
import type { Detector } from './detector.js';
import { flux } from './flux/index.js';
import { githubWorkflow } from './github-workflow/index.js';
import { helm } from './helm/index.js';
import { image } from './image/index.js';
import { k3d, kind } from './kind/index.js';
import { kubeadm } from './kubeadm/index.js';
import { kubernetesManifest } from './kubernetes-manifest/index.js';
import { kustomize } from './kustomize/index.js';
import { script } from './script/index.js';
import { terraform } from './terraform/index.js';
import { upstreamUrl } from './upstream-url/index.js';
import { variables } from './variables/index.js';

/** Every detector, the most specific first: where two report the same place, the earlier one names its format. */
export const DETECTORS: readonly Detector[] = [
  kustomize,
  flux,
  argocd,
  kubeadm,
  kind,
  k3d,
  clusterSpec,
  kubernetesManifest,
  upstreamUrl,
  helm,
  terraform,
  githubWorkflow,
  ansible,
  image,
  variables,
  script,
];
