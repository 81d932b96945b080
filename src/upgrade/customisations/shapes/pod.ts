import { ATOMIC, defaultsTo, listBy, mapOf, QUANTITY, type MapShape, type SetShape } from '../shape.js';

/**
 * Pod templates as the API server completes them.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
 */
const SET: SetShape = { kind: 'set' };
const FIELD_REFERENCE = mapOf({ apiVersion: defaultsTo('v1') });
const RESOURCES = mapOf({
  limits: mapOf({}, { rest: QUANTITY }),
  requests: mapOf({}, { rest: QUANTITY }),
  claims: listBy(['name'], mapOf({})),
});

const ENV_ITEM = mapOf(
  {
    value: defaultsTo(''),
    valueFrom: mapOf(
      {
        fieldRef: FIELD_REFERENCE,
        resourceFieldRef: mapOf({ divisor: defaultsTo('0', 0) }),
        configMapKeyRef: mapOf({ optional: defaultsTo(false) }),
        secretKeyRef: mapOf({ optional: defaultsTo(false) }),
      },
      { oneOf: ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'] },
    ),
  },
  { oneOf: ['value', 'valueFrom'] },
);

const HTTP_GET = mapOf({ scheme: defaultsTo('HTTP'), path: defaultsTo('/') });
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];
const HANDLER = mapOf({ httpGet: HTTP_GET }, { oneOf: HANDLERS });
const PROBE = mapOf(
  {
    httpGet: HTTP_GET,
    grpc: mapOf({ service: defaultsTo('') }),
    initialDelaySeconds: defaultsTo(0),
    timeoutSeconds: defaultsTo(1),
    periodSeconds: defaultsTo(10),
    successThreshold: defaultsTo(1),
    failureThreshold: defaultsTo(3),
  },
  { oneOf: HANDLERS },
);

const SECURITY_CONTEXT = mapOf({
  capabilities: mapOf({ add: SET, drop: SET }),
  privileged: defaultsTo(false),
  readOnlyRootFilesystem: defaultsTo(false),
  procMount: defaultsTo('Default'),
  runAsNonRoot: defaultsTo(false),
});

const CONTAINER = mapOf({
  image: { kind: 'image' },
  imagePullPolicy: defaultsTo('IfNotPresent'),
  command: ATOMIC,
  args: ATOMIC,
  env: listBy(['name'], ENV_ITEM),
  envFrom: SET,
  ports: listBy(['containerPort', 'protocol'], mapOf({ protocol: defaultsTo('TCP') }), {
    keyDefaults: { protocol: 'TCP' },
  }),
  resources: RESOURCES,
  volumeMounts: listBy(
    ['mountPath'],
    mapOf({
      readOnly: defaultsTo(false),
      recursiveReadOnly: defaultsTo('Disabled'),
      mountPropagation: defaultsTo('None'),
      subPath: defaultsTo(''),
    }),
  ),
  volumeDevices: listBy(['devicePath'], mapOf({})),
  livenessProbe: PROBE,
  readinessProbe: PROBE,
  startupProbe: PROBE,
  lifecycle: mapOf({ postStart: HANDLER, preStop: HANDLER }),
  securityContext: SECURITY_CONTEXT,
  stdin: defaultsTo(false),
  stdinOnce: defaultsTo(false),
  tty: defaultsTo(false),
  terminationMessagePath: defaultsTo('/dev/termination-log'),
  terminationMessagePolicy: defaultsTo('File'),
});

const KEYS_TO_PATHS = listBy(['key'], mapOf({}));
const OPTIONAL = defaultsTo(false);
const MODE = defaultsTo(420);
const PROJECTED_SOURCES = ATOMIC;
const VOLUME = mapOf(
  {
    hostPath: mapOf({ type: defaultsTo('') }),
    configMap: mapOf({ defaultMode: MODE, items: KEYS_TO_PATHS, optional: OPTIONAL }),
    secret: mapOf({ defaultMode: MODE, items: KEYS_TO_PATHS, optional: OPTIONAL }),
    projected: mapOf({ defaultMode: MODE, sources: PROJECTED_SOURCES }),
    downwardAPI: mapOf({ defaultMode: MODE }),
    csi: mapOf({ readOnly: defaultsTo(false) }),
  },
  {
    oneOf: [
      'hostPath',
      'configMap',
      'secret',
      'projected',
      'downwardAPI',
      'csi',
      'emptyDir',
      'persistentVolumeClaim',
      'nfs',
      'ephemeral',
    ],
  },
);

/** Init containers that upstream renamed, without a change of what they are for. */
const RENAMED_CONTAINERS = [['mount-bpffs', 'ebpf-bootstrap']] as const;

const POD_SPEC = mapOf({
  containers: listBy(['name'], CONTAINER),
  initContainers: listBy(['name'], CONTAINER, { renamed: RENAMED_CONTAINERS }),
  volumes: listBy(['name'], VOLUME),
  tolerations: { kind: 'set', itemDefaults: { operator: 'Equal' } },
  imagePullSecrets: listBy(['name'], mapOf({})),
  hostAliases: listBy(['ip'], mapOf({})),
  topologySpreadConstraints: SET,
  affinity: mapOf({
    nodeAffinity: mapOf({
      requiredDuringSchedulingIgnoredDuringExecution: ATOMIC,
      preferredDuringSchedulingIgnoredDuringExecution: SET,
    }),
    podAffinity: mapOf({}, { rest: SET }),
    podAntiAffinity: mapOf({}, { rest: SET }),
  }),
  securityContext: mapOf({ sysctls: listBy(['name'], mapOf({})) }),
  hostNetwork: defaultsTo(false),
  hostPID: defaultsTo(false),
  hostIPC: defaultsTo(false),
  shareProcessNamespace: defaultsTo(false),
  enableServiceLinks: defaultsTo(true),
  automountServiceAccountToken: defaultsTo(true),
  restartPolicy: defaultsTo('Always'),
  terminationGracePeriodSeconds: defaultsTo(30),
  dnsPolicy: defaultsTo('ClusterFirst'),
  schedulerName: defaultsTo('default-scheduler'),
  preemptionPolicy: defaultsTo('PreemptLowerPriority'),
});

export const POD_TEMPLATE: MapShape = mapOf({
  metadata: mapOf({ labels: mapOf({}), annotations: mapOf({}) }),
  spec: POD_SPEC,
});
