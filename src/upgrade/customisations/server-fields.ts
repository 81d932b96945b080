import type { KubernetesObject } from '../../ports/cluster-client.js';
import { asList, asFields, isFields, type Fields, isTrueAt, valueAt, without } from '../../cluster/fields.js';

const SERVER_METADATA = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];
/** What kubectl, the controllers and the API server write by themselves. */
const SERVER_ANNOTATIONS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'kubectl.kubernetes.io/restartedAt',
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
];
const SERVER_LABELS = ['kubernetes.io/metadata.name'];
const JOB_LABELS = [
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
];
/** What the API server gives a Service; `None` is the user's word. */
const SERVICE_FIELDS = ['clusterIP', 'clusterIPs', 'ipFamilies'];

/**
 * An object without what the API server and its controllers put into it, so that what was applied and what is read
 * back compare. What `shapes/` calls defaults stays.
 */
export function withoutServerFields(object: KubernetesObject): KubernetesObject {
  const bare = without(object, 'status', 'apiVersion', 'kind');
  const metadata = bareMetadata(asFields(object.metadata) ?? {}, SERVER_LABELS);
  const rest = completeKind(object.kind, { ...bare, metadata });
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind } as unknown as KubernetesObject;
}

function bareMetadata(metadata: Fields, labels: readonly string[]): Fields {
  return replaceMap(
    replaceMap(without(metadata, ...SERVER_METADATA), 'annotations', (annotations) =>
      without(annotations, ...SERVER_ANNOTATIONS),
    ),
    'labels',
    (all) => without(all, ...labels),
  );
}

function completeKind(kind: string, object: Fields): Fields {
  switch (kind) {
    case 'DaemonSet':
    case 'Deployment':
      return replaceMap(object, 'spec', (spec) => replaceMap(spec, 'template', bareTemplate));
    case 'Job':
      return replaceMap(object, 'spec', (spec) =>
        replaceMap(
          isTrueAt(spec, 'manualSelector') ? spec : without(spec, 'selector'),
          'template',
          bareTemplate,
        ),
      );
    case 'Service':
      return replaceMap(object, 'spec', bareService);
    case 'ServiceAccount':
      return replaceList(object, 'secrets', (secrets) =>
        secrets.filter((secret) => !isTokenSecret(secret, object)),
      );
    case 'Namespace':
      return without(object, 'spec');
    default:
      return object;
  }
}

/** Kubernetes up to 1.23 made a token Secret for every ServiceAccount. */
function isTokenSecret(secret: unknown, account: Fields): boolean {
  const prefix = `${String(valueAt(account, 'metadata', 'name'))}-`;
  return new RegExp('^(?:token|dockercfg)-[a-z0-9]{5}$').test(
    String(valueAt(secret, 'name')).replace(prefix, ''),
  );
}

function bareTemplate(template: Fields): Fields {
  const metadata = bareMetadata(asFields(template['metadata']) ?? {}, JOB_LABELS);
  const spec = asFields(template['spec']);
  return spec ? { ...template, metadata, spec: barePodSpec(spec) } : { ...template, metadata };
}

function barePodSpec(spec: Fields): Fields {
  const bare = spec['serviceAccount'] === spec['serviceAccountName'] ? without(spec, 'serviceAccount') : spec;
  if (spec['hostNetwork'] !== true) return bare;
  const withoutHostPorts = (containers: readonly unknown[]): unknown[] =>
    containers.map((container) =>
      isFields(container) ? replaceList(container, 'ports', (ports) => ports.map(bareHostPort)) : container,
    );
  return replaceList(replaceList(bare, 'containers', withoutHostPorts), 'initContainers', withoutHostPorts);
}

/** In the host's network a port of the container is one of the host, and the API server says so. */
function bareHostPort(port: unknown): unknown {
  return isFields(port) && port['hostPort'] === port['containerPort'] ? without(port, 'hostPort') : port;
}

function bareService(spec: Fields): Fields {
  const bare =
    spec['clusterIP'] === 'None'
      ? without(spec, 'clusterIPs', 'ipFamilies')
      : without(spec, ...SERVICE_FIELDS);
  return replaceList(bare, 'ports', (ports) =>
    ports.map((port) =>
      isFields(port) && String(port['targetPort']) === String(port['port'])
        ? without(port, 'targetPort')
        : port,
    ),
  );
}

function replaceMap(map: Fields, name: string, change: (value: Fields) => Fields): Fields {
  const value = asFields(map[name]);
  return value ? { ...map, [name]: change(value) } : map;
}

function replaceList(map: Fields, name: string, change: (value: readonly unknown[]) => unknown[]): Fields {
  const value = asList(map[name]);
  return value ? { ...map, [name]: change(value) } : map;
}
