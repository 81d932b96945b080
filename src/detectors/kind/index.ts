import type { Detector } from '../detector.js';
import { extract } from './extract.js';

export const kind: Detector = {
  format: 'kind',
  hint: String.raw`kind\.x-k8s\.io|kindest/node`,
  extract: (file) => extract(file, 'kind.x-k8s.io/'),
};

export const k3d: Detector = {
  format: 'k3d',
  hint: String.raw`k3d\.io/`,
  extract: (file) => extract(file, 'k3d.io/'),
};
