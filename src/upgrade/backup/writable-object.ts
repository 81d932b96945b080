import { asFields, asList, type Fields, isFields, textAt, without } from '../../cluster/fields.js';
import type { KubernetesObject, ObjectMetadata } from '../../ports/cluster-client.js';

/** What controllers note for themselves: of another generation, of another pod that led. */
const CONTROLLERS_ANNOTATIONS = [
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
  'control-plane.alpha.kubernetes.io/leader',
];
/** What Kubernetes assigns to a Service, and may have given to another one since. */
const ASSIGNED_TO_SERVICES = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'];

/**
 * What of a saved object may be applied to a cluster again (server-side, so that what is left out stays as it is there):
 * what somebody wanted, without what the server and its controllers have to say themselves. Owners and finalizers are
 * left out as well: an owner with another UID by now would have the object collected, and a finalizer that nobody answers
 * to any more would keep it for ever; those who need them set them anew. Changes nothing that it is given.
 */
export function writable(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  const content = writableContent(object, without(rest, 'status'));
  return { apiVersion, kind, metadata: writableMetadata(metadata), ...content };
}

function writableMetadata({ name, namespace, labels, annotations }: ObjectMetadata): ObjectMetadata {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations: without(annotations, ...CONTROLLERS_ANNOTATIONS) }),
  };
}

function writableContent({ apiVersion, kind, metadata }: KubernetesObject, content: Fields): Fields {
  switch (`${apiVersion} ${kind}`) {
    case 'v1 Namespace':
      // Nothing but finalizers, which only a subresource of its own takes
      return without(content, 'spec');
    case 'v1 Service':
      return { ...content, spec: writableService(asFields(content['spec']) ?? {}) };
    case 'v1 ServiceAccount':
      return withoutTokens(metadata.name, content);
    default:
      return content;
  }
}

/** Node ports stay: whoever is outside the cluster has them written down somewhere. */
function writableService(spec: Fields): Fields {
  const bare = without(spec, ...ASSIGNED_TO_SERVICES);
  return spec['clusterIP'] === 'None' ? { ...bare, clusterIP: 'None' } : bare;
}

/** Kubernetes up to 1.23 made a Secret for every account and noted it there; the Secret is gone with its account. */
function withoutTokens(account: string, content: Fields): Fields {
  const secrets = asList(content['secrets']);
  if (secrets === null) return content;
  const others = secrets.filter((secret) => !isToken(account, secret));
  const bare = without(content, 'secrets');
  return others.length === 0 ? bare : { ...bare, secrets: others };
}

function isToken(account: string, secret: unknown): boolean {
  const name = isFields(secret) ? textAt(secret, 'name') : '';
  return (
    name.startsWith(`${account}-`) && /^(?:token|dockercfg)-[a-z0-9]{5}$/.test(name.slice(account.length + 1))
  );
}
