/** Files as a repository holds them, each with as little in it as will do. */

/** Configuration of kubeadm, with the version on line 3. */
export function kubeadm(version: string): string {
  return `apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nkubernetesVersion: ${version}\n`;
}

/** A workload with an image on line 9 and on each line after it. */
export function workload(kind: string, name: string, ...images: string[]): string {
  const containers = images.map((image) => `        - image: ${image}\n`).join('');
  return `apiVersion: apps/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n${containers}`;
}

export function node(version: string): string {
  return workload('DaemonSet', 'calico-node', `docker.io/calico/node:${version}`);
}

export function operator(version: string): string {
  return workload('Deployment', 'tigera-operator', `quay.io/tigera/operator:${version}`);
}

export function crd(name: string): string {
  return `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`;
}

/** A release of Calico's chart by Flux, with the version on line 9. */
export function chart(version: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: calico\nspec:\n  chart:\n    spec:\n      chart: tigera-operator\n      version: ${version}\n`;
}

/** Where upstream serves a file of a release. */
export function url(version: string, file: string): string {
  return `https://raw.githubusercontent.com/projectcalico/calico/${version}/manifests/${file}`;
}
