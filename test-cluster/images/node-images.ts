import { type ImageSpec, type Layer } from './image.js';

/** What the kubelet's CRI runs first in every pod. */
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
export const COREDNS_IMAGE = 'registry.k8s.io/coredns/coredns:v1.15.0';
/** The program for tests of networks; with a shell and its usual company. */
export const AGNHOST_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.56';

/** The images that a real node has from the start. */
export function nodeImages(layers: {
  readonly base: Layer;
  readonly agnhost: Layer;
  readonly coredns: Layer;
  readonly standIn: Layer;
}): readonly ImageSpec[] {
  return [
    // Two images that nothing runs: they keep the layers of Calico's stand-ins on the node, unpacked.
    { names: ['localhost/stand-in:base'], layers: [layers.base, layers.standIn] },
    { names: ['localhost/stand-in:agnhost'], layers: [layers.base, layers.agnhost, layers.standIn] },
    { names: [PAUSE_IMAGE], layers: [layers.base], command: ['/bin/sleep', 'infinity'] },
    {
      names: [AGNHOST_IMAGE],
      layers: [layers.base, layers.agnhost],
      entrypoint: ['/agnhost'],
      command: ['pause'],
    },
    { names: [COREDNS_IMAGE], layers: [layers.coredns], entrypoint: ['/coredns'] },
  ];
}
