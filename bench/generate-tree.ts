import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What was written. */
export interface GeneratedTree {
  readonly files: number;
  readonly bytes: number;
}

/** A small generator of numbers that gives the same ones each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS =
  'api web worker cache queue auth billing search mail report ingest proxy gateway catalog stock order user media audit metrics'.split(
    ' ',
  );

/**
 * Writes a repository of many clusters as GitOps keeps them: mostly applications, and in each cluster a Calico install
 * and the cluster's definition.
 */
export function generateTree(root: string, applications: number, clusters: number): GeneratedTree {
  const random = createRandom(7);
  let files = 0;
  let bytes = 0;
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    files++;
    bytes += text.length;
  };
  for (let index = 0; index < applications; index++) {
    const name = `${WORDS[random(WORDS.length)] ?? 'app'}-${index}`;
    const folder = `clusters/c${index % clusters}/apps/${name}`;
    write(
      `${folder}/kustomization.yaml`,
      kustomization(['deployment.yaml', 'service.yaml', 'config.yaml', 'policy.yaml']),
    );
    write(`${folder}/deployment.yaml`, deployment(name, random));
    write(`${folder}/service.yaml`, service(name));
    write(`${folder}/config.yaml`, config(name, random));
    write(`${folder}/policy.yaml`, networkPolicy(name));
  }
  for (let index = 0; index < clusters; index++) {
    write(`clusters/c${index}/cluster.yaml`, cluster(`c${index}`, `v1.3${2 + (index % 4)}.${index % 5}`));
    write(`clusters/c${index}/calico/helmrelease.yaml`, helmRelease(`v3.31.${index % 8}`));
  }
  return { files, bytes };
}

function kustomization(resources: readonly string[]): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources.map((file) => `  - ${file}\n`).join('')}`;
}

function labels(name: string): string {
  return `    app.kubernetes.io/name: ${name}\n    app.kubernetes.io/version: 2.4.1\n    app.kubernetes.io/managed-by: kustomize\n`;
}

function deployment(name: string, random: (below: number) => number): string {
  const env = Array.from(
    { length: 4 + random(12) },
    (_, index) => `            - name: SETTING_${index}\n              value: "value-${random(1e6)}"\n`,
  ).join('');
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\n  labels:\n${labels(name)}spec:\n  replicas: ${1 + random(5)}\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: ${name}\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: ${name}\n    spec:\n      containers:\n        - name: ${name}\n          image: registry.example.com/team/${name}:1.${random(40)}.${random(9)}\n          ports:\n            - containerPort: 8080\n          env:\n${env}          resources:\n            requests:\n              cpu: 100m\n              memory: 128Mi\n            limits:\n              memory: 256Mi\n          readinessProbe:\n            httpGet:\n              path: /healthz\n              port: 8080\n`;
}

function service(name: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  labels:\n${labels(name)}spec:\n  selector:\n    app.kubernetes.io/name: ${name}\n  ports:\n    - port: 80\n      targetPort: 8080\n`;
}

function config(name: string, random: (below: number) => number): string {
  const lines = Array.from(
    { length: 10 + random(40) },
    (_, index) => `    option.${index} = ${random(1e9)} # tuned\n`,
  ).join('');
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  app.properties: |\n${lines}`;
}

function networkPolicy(name: string): string {
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ${name}\nspec:\n  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: ${name}\n  policyTypes: [Ingress]\n  ingress:\n    - from:\n        - namespaceSelector: {}\n`;
}

function cluster(name: string, version: string): string {
  return `apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nmetadata:\n  name: ${name}\nspec:\n  topology:\n    class: metal\n    version: ${version}\n`;
}

function helmRelease(version: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: calico\n  namespace: tigera-operator\nspec:\n  interval: 30m\n  chart:\n    spec:\n      chart: tigera-operator\n      version: ${version}\n      sourceRef:\n        kind: HelmRepository\n        name: projectcalico\n  values:\n    installation:\n      calicoNetwork:\n        bgp: Enabled\n`;
}
