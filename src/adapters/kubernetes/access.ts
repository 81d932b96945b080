import type { Access, AccessAnswer } from '../../ports/cluster-client.js';
import type { Requests } from './requests.js';

/** The group of every user whom the server knows. */
const EVERYBODY = 'system:authenticated';

/** Asks by a SelfSubjectAccessReview, which changes nothing. */
export function canI(requests: Requests, access: Access): Promise<AccessAnswer> {
  return review(requests, 'SelfSubjectAccessReview', access, {});
}

/** Asks by a SubjectAccessReview, which changes nothing either. */
export function canUser(requests: Requests, user: string, access: Access): Promise<AccessAnswer> {
  return review(requests, 'SubjectAccessReview', access, { user, groups: [EVERYBODY] });
}

function review(
  requests: Requests,
  kind: 'SelfSubjectAccessReview' | 'SubjectAccessReview',
  access: Access,
  subject: { readonly user?: string; readonly groups?: readonly string[] },
): Promise<AccessAnswer> {
  const [resource, subresource] = access.resource.split('/');
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind,
    spec: {
      ...subject,
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
  const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
  return requests.read({ method: 'POST', path, body: JSON.stringify(body) }, ({ text }) => {
    const { status } = JSON.parse(text) as {
      status: { allowed: boolean; denied?: boolean; reason?: string };
    };
    return { isAllowed: status.allowed && status.denied !== true, reason: status.reason ?? '' };
  });
}
