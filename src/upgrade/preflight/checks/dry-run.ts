import { nameOf } from '../../../cluster/object-name.js';
import type { ObjectChange } from '../../plan/object-change.js';
import { count, evidenceOf, finding, listNames } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';

/** What the API server said of the first hop's changes when it was asked without writing. */
export const dryRun: PreflightCheck = (input) => [...refused(input), ...unanswered(input)];

function refused({ changes }: PreflightInput): PreflightFinding[] {
  const found = changes.filter((change) => change.dryRun === 'refused');
  if (found.length === 0) return [];
  return [
    finding('change-refused', 'mandatory', {
      message: `The API server refuses ${count(found.length, 'change')} of the first hop: ${namesOf(found)}.`,
      remedy:
        'Do what the server’s message asks for (a policy or quota of the cluster, or a value that the target does not take), and plan again.',
      evidence: found.map(({ object, note }) => evidenceOf(object, '', note)),
      source: 'https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/',
    }),
  ];
}

function unanswered({ changes }: PreflightInput): PreflightFinding[] {
  const found = changes.filter((change) => change.dryRun === 'unanswered');
  if (found.length === 0) return [];
  return [
    finding('webhook-unanswered', 'skippable', {
      message: `An admission webhook kept ${count(found.length, 'change')} of the first hop from being tried: ${namesOf(found)}.`,
      remedy:
        'Bring the webhook’s service up, or let it take dry runs (sideEffects: None), and plan again; with force the changes are made untried.',
      evidence: found.map(({ object, note }) => evidenceOf(object, '', note)),
      source:
        'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy',
    }),
  ];
}

function namesOf(changes: readonly ObjectChange[]): string {
  return listNames(changes.map(({ object }) => nameOf(object)));
}
