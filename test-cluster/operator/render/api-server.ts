import { isIP } from 'node:net';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { asObject, copyOf, type Fields } from '../../ready-made/fields.js';
import { imageOf } from '../images.js';
import { applyOverrides } from '../installation.js';
import {
  podSpec,
  type RenderSource,
  serviceAccount,
  TOLERATE_CONTROL_PLANE,
  workload,
} from './render-source.js';

const NAME = 'calico-apiserver';
const SERVICE = { name: 'calico-api' } as const;
const PORT = { name: 'apiserver', protocol: 'TCP' } as const;
const SELECTING = {
  ports: [{ ...PORT, port: 443, targetPort: 5443 }],
  selector: { apiserver: 'true' },
} as const;

/** What its restricted namespace asks of it (`pkg/render/common/securitycontext/security_context.go`). */
const NON_ROOT = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  runAsGroup: 10_001,
  runAsNonRoot: true,
  runAsUser: 10_001,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

/** The registration of Calico's own API. */
export const API_SERVICE = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  name: 'v3.projectcalico.org',
} as const;

/** Where the API is really served: a port that the API server reaches. */
export interface ApiEndpoint {
  /** An address, or `localhost`: no Service leads to an address of loopback. */
  readonly host: string;
  readonly port: number;
  /** The authority of its certificate, PEM. */
  readonly authority: string;
}

export interface ApiServerSource extends RenderSource {
  /** The spec of the APIServer. */
  readonly apiServer: Fields;
  /** null where nothing serves the API: it is not registered then, since a dead API stalls the deletion of namespaces. */
  readonly endpoint: ApiEndpoint | null;
}

/** calico-apiserver and its registration (tigera/operator v1.36.16 `pkg/render/apiserver.go`). */
export function renderApiServer(source: ApiServerSource): KubernetesObject[] {
  const { spec, release, apiServer } = source;
  const namespace = release.apiServerNamespace;
  const deployment = copyOf(
    workload('Deployment', NAME, namespace, {
      spec: { replicas: spec['controlPlaneReplicas'], strategy: { type: 'RollingUpdate' } },
      labels: { apiserver: 'true' },
      pod: podSpec(spec, NAME, {
        containers: [
          {
            name: NAME,
            image: imageOf('apiserver', source),
            imagePullPolicy: 'IfNotPresent',
            args: ['--secure-port=5443'],
            env: [{ name: 'DATASTORE_TYPE', value: 'kubernetes' }],
            securityContext: NON_ROOT,
            readinessProbe: { httpGet: { path: '/readyz', port: 5443, scheme: 'HTTPS' }, periodSeconds: 60 },
          },
        ],
        tolerations: TOLERATE_CONTROL_PLANE,
      }),
    }),
  );
  applyOverrides(deployment, apiServer['apiServerDeployment']);
  return [
    serviceAccount(NAME, namespace),
    service(namespace, source.endpoint),
    asObject(deployment),
    ...(source.endpoint ? leadTo(source.endpoint, namespace) : []),
  ];
}

/** The Service calico-api. The real one selects the pods, which hold nothing here; this one leads to where the API is served. */
function service(namespace: string, endpoint: ApiEndpoint | null): KubernetesObject {
  const labels = { 'k8s-app': 'calico-api' };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...SERVICE, namespace, labels },
    spec: endpoint === null ? SELECTING : leading(endpoint),
  };
}

function leading({ host, port }: ApiEndpoint): Fields {
  const ports = [{ ...PORT, port }];
  return isIP(host) === 0 ? { type: 'ExternalName', externalName: host, ports } : { ports };
}

/** The registration, and what says where a Service leads that selects nothing. */
function leadTo(endpoint: ApiEndpoint, namespace: string): KubernetesObject[] {
  const { host, port } = endpoint;
  const subsets = [{ addresses: [{ ip: host }], ports: [{ ...PORT, port }] }];
  const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { ...SERVICE, namespace }, subsets };
  return [...(isIP(host) === 0 ? [] : [endpoints]), registration(namespace, endpoint)];
}

function registration(namespace: string, { port, authority }: ApiEndpoint): KubernetesObject {
  return {
    apiVersion: API_SERVICE.apiVersion,
    kind: API_SERVICE.kind,
    metadata: { name: API_SERVICE.name },
    spec: {
      group: 'projectcalico.org',
      version: 'v3',
      groupPriorityMinimum: 1500,
      versionPriority: 200,
      caBundle: Buffer.from(authority).toString('base64'),
      service: { ...SERVICE, namespace, port },
    },
  };
}
