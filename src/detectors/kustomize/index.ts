import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const kustomize: Detector = {
  format: 'kustomize',
  hint: String.raw`kustomize\.config\.k8s\.io|^(?:resources|bases|components|helmCharts|images):`,
  matches: (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return /^kustomization$/i.test(name) || (/kustomiz/i.test(name) && /\.ya?ml$/.test(name));
  },
  extract,
};
