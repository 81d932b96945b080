import { nameOf } from '../../../cluster/object-name.js';
import { count, evidenceOf, finding, listNames } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';

/** Whether the cluster deletes what is to be deleted, and what goes once it does. */
export const deletion: PreflightCheck = (input) => [
  ...groupsDown(input),
  ...terminating(input),
  ...stuck(input),
];

/** The Calico API server has a finding of its own. */
const OWN_GROUP = 'projectcalico.org';

/** The controller that empties a namespace stops at the first API group that does not answer, whosever it is. */
function groupsDown({ state }: PreflightInput): PreflightFinding[] {
  const down = state.failedGroups.filter((group) => group !== OWN_GROUP);
  if (down.length === 0) return [];
  return [
    finding('api-group-down', 'skippable', {
      message: `${count(down.length, 'API group does', 'API groups do')} not answer: ${listNames(down)}. No namespace can be deleted meanwhile.`,
      remedy: 'Bring the servers behind them up, or delete the APIServices if nothing serves them any more.',
      evidence: down.map((group) =>
        evidenceOf(
          {
            apiVersion: 'apiregistration.k8s.io/v1',
            kind: 'APIService',
            namespace: null,
            name: `*.${group}`,
          },
          'status.conditions[type=Available]',
          'not True',
        ),
      ),
      source: 'https://github.com/projectcalico/calico/issues/10440',
    }),
  ];
}

function terminating({ state }: PreflightInput): PreflightFinding[] {
  if (state.terminating.length === 0) return [];
  return [
    finding('namespace-terminating', 'skippable', {
      message: `${count(state.terminating.length, 'namespace waits', 'namespaces wait')} to be deleted: ${listNames(state.terminating.map(({ namespace }) => namespace))}.`,
      remedy: 'Find out what holds them: an APIService that is down, or a finalizer.',
      evidence: state.terminating.map(({ namespace, reason }) =>
        evidenceOf(
          { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: namespace },
          'status.conditions',
          reason,
        ),
      ),
      source: 'https://github.com/projectcalico/calico/issues/9527',
    }),
  ];
}

function stuck({ calico }: PreflightInput): PreflightFinding[] {
  const { stuck: objects, terminatingCrds } = calico.data;
  const found: PreflightFinding[] = [];
  if (terminatingCrds.length > 0) {
    found.push(
      finding('crd-terminating', 'mandatory', {
        message: `${count(terminatingCrds.length, 'CRD is', 'CRDs are')} being deleted: ${listNames(terminatingCrds)}.`,
        remedy: 'Save the data of that kind at once, and find out who deletes the CRD.',
        evidence: terminatingCrds.map((name) =>
          evidenceOf(
            {
              apiVersion: 'apiextensions.k8s.io/v1',
              kind: 'CustomResourceDefinition',
              namespace: null,
              name,
            },
            'metadata.deletionTimestamp',
            'set',
          ),
        ),
      }),
    );
  }
  if (objects.length > 0) {
    found.push(
      finding('stuck-deletion', 'mandatory', {
        message: `${count(objects.length, 'object waits', 'objects wait')} to be deleted: ${listNames(objects.map(({ object }) => nameOf(object)))}.`,
        remedy:
          'Find out who deleted them and whether the deletion is wanted, before an upgrade lets it go through.',
        evidence: objects.map(({ object, finalizers }) =>
          evidenceOf(object, 'metadata.finalizers', finalizers),
        ),
        source: 'https://github.com/projectcalico/calico/issues/9066',
      }),
    );
  }
  return found;
}
