import type { Access, AccessAnswer } from '../../ports/cluster-client.js';
import type { Requests } from './requests.js';

/** Asks by a SelfSubjectAccessReview, which changes nothing. */
export function canI(requests: Requests, access: Access): Promise<AccessAnswer> {
  const [resource, subresource] = access.resource.split('/');
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb: access.verb,
        group: access.group,
        resource,
        ...(subresource === undefined ? {} : { subresource }),
        ...(access.namespace == null ? {} : { namespace: access.namespace }),
        ...(access.name === undefined ? {} : { name: access.name }),
      },
    },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  return requests.read({ method: 'POST', path, body: JSON.stringify(review) }, ({ text }) => {
    const { status } = JSON.parse(text) as {
      status: { allowed: boolean; denied?: boolean; reason?: string };
    };
    return { isAllowed: status.allowed && status.denied !== true, reason: status.reason ?? '' };
  });
}
