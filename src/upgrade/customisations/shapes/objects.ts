import type { KubernetesObject } from '../../../ports/cluster-client.js';
import { ATOMIC, defaultsTo, listBy, mapOf, type MapShape, type SetShape } from '../shape.js';
import { POD_TEMPLATE } from './pod.js';

const SET: SetShape = { kind: 'set' };
const METADATA = mapOf({
  labels: mapOf({}),
  annotations: mapOf({}),
  finalizers: SET,
  ownerReferences: listBy(['uid'], mapOf({})),
});

function objectOf(fields: MapShape['fields']): MapShape {
  return mapOf({ metadata: METADATA, ...fields });
}

const ROLE = objectOf({ rules: { kind: 'rules' } });
const RBAC_GROUP = 'rbac.authorization.k8s.io';
const BINDING = objectOf({
  roleRef: mapOf({ apiGroup: defaultsTo(RBAC_GROUP) }),
  subjects: listBy(['kind', 'namespace', 'name'], mapOf({ apiGroup: defaultsTo('', RBAC_GROUP) })),
});

const RULE_SET: SetShape = { kind: 'set', itemDefaults: { scope: '*' } };
const MATCHING = {
  matchPolicy: defaultsTo('Equivalent'),
  failurePolicy: defaultsTo('Fail'),
  rules: RULE_SET,
};
const MATCH_RESOURCES = mapOf({
  matchPolicy: defaultsTo('Equivalent'),
  resourceRules: RULE_SET,
  excludeResourceRules: RULE_SET,
});
const WEBHOOKS = objectOf({
  webhooks: listBy(
    ['name'],
    mapOf({
      ...MATCHING,
      timeoutSeconds: defaultsTo(10),
      reinvocationPolicy: defaultsTo('Never'),
      admissionReviewVersions: SET,
      clientConfig: mapOf({ caBundle: defaultsTo(''), service: mapOf({ port: defaultsTo(443) }) }),
    }),
  ),
});
const ADMISSION_POLICY = objectOf({
  spec: mapOf({
    failurePolicy: defaultsTo('Fail'),
    reinvocationPolicy: defaultsTo('Never'),
    matchConstraints: MATCH_RESOURCES,
    matchConditions: listBy(['name'], mapOf({})),
    variables: listBy(['name'], mapOf({})),
    validations: ATOMIC,
    mutations: ATOMIC,
  }),
});

/** What the API server completes and which lists have keys, by kind. @see https://kubernetes.io/docs/reference/kubernetes-api/ */
const SHAPES: Readonly<Record<string, MapShape>> = {
  DaemonSet: objectOf({
    spec: mapOf({
      template: POD_TEMPLATE,
      revisionHistoryLimit: defaultsTo(10),
      minReadySeconds: defaultsTo(0),
      updateStrategy: mapOf(
        {
          type: defaultsTo('RollingUpdate'),
          rollingUpdate: mapOf({ maxUnavailable: defaultsTo(1), maxSurge: defaultsTo(0, '0%') }),
        },
        { by: 'type' },
      ),
    }),
  }),
  Deployment: objectOf({
    spec: mapOf({
      template: POD_TEMPLATE,
      replicas: defaultsTo(1),
      revisionHistoryLimit: defaultsTo(10),
      progressDeadlineSeconds: defaultsTo(600),
      minReadySeconds: defaultsTo(0),
      paused: defaultsTo(false),
      strategy: mapOf(
        {
          type: defaultsTo('RollingUpdate'),
          rollingUpdate: mapOf({ maxUnavailable: defaultsTo('25%'), maxSurge: defaultsTo('25%') }),
        },
        { by: 'type' },
      ),
    }),
  }),
  Job: objectOf({
    spec: mapOf({
      template: POD_TEMPLATE,
      completions: defaultsTo(1),
      parallelism: defaultsTo(1),
      backoffLimit: defaultsTo(6),
      completionMode: defaultsTo('NonIndexed'),
      manualSelector: defaultsTo(false),
      suspend: defaultsTo(false),
      podReplacementPolicy: defaultsTo('TerminatingOrFailed'),
    }),
  }),
  Service: objectOf({
    spec: mapOf({
      type: defaultsTo('ClusterIP'),
      sessionAffinity: defaultsTo('None'),
      internalTrafficPolicy: defaultsTo('Cluster'),
      ipFamilyPolicy: defaultsTo('SingleStack'),
      ports: listBy(['port', 'protocol'], mapOf({ protocol: defaultsTo('TCP') }), {
        keyDefaults: { protocol: 'TCP' },
      }),
    }),
  }),
  ConfigMap: objectOf({
    data: mapOf({}, { rest: { kind: 'data' } }),
    immutable: defaultsTo(false),
  }),
  Secret: objectOf({
    type: defaultsTo('Opaque'),
    immutable: defaultsTo(false),
  }),
  ServiceAccount: objectOf({
    imagePullSecrets: listBy(['name'], mapOf({})),
    secrets: listBy(['name'], mapOf({})),
  }),
  ClusterRole: ROLE,
  Role: ROLE,
  ClusterRoleBinding: BINDING,
  RoleBinding: BINDING,
  NetworkPolicy: objectOf({
    spec: mapOf({ policyTypes: defaultsTo(['Ingress']), ingress: SET, egress: SET }),
  }),
  APIService: objectOf({ spec: mapOf({ service: mapOf({ port: defaultsTo(443) }) }) }),
  ValidatingWebhookConfiguration: WEBHOOKS,
  MutatingWebhookConfiguration: WEBHOOKS,
  ValidatingAdmissionPolicy: ADMISSION_POLICY,
  MutatingAdmissionPolicy: ADMISSION_POLICY,
  ValidatingAdmissionPolicyBinding: objectOf({
    spec: mapOf({ validationActions: SET, matchResources: MATCH_RESOURCES }),
  }),
  MutatingAdmissionPolicyBinding: objectOf({ spec: mapOf({ matchResources: MATCH_RESOURCES }) }),
};
const OTHER = objectOf({});

/** The shape of an object; maps are merged key by key and lists as a whole where its kind is not known. */
export function shapeOf({ kind }: Pick<KubernetesObject, 'kind'>): MapShape {
  return SHAPES[kind] ?? OTHER;
}
