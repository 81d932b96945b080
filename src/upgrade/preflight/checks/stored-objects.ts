import { versionOf } from '../../../catalog/queries.js';
import { compareMinors } from '../../../catalog/release-lines.js';
import { nameOf } from '../../../cluster/object-name.js';
import { formatMinor, formatVersion } from '../../../version/version.js';
import { count, finding, listNames } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput, StoredProblem } from '../preflight.js';

/** From here on an API server lets most old faults pass on a write that leaves the value as it is. */
const RATCHETS_FROM = versionOf('v1.30');
/** From here on nobody can switch that off. */
const ALWAYS_FROM = versionOf('v1.33');

/** What the target's schemas say against the objects that are stored. */
export const storedObjects: PreflightCheck = (input) => [...refused(input), ...lost(input)];

function refused(input: PreflightInput): PreflightFinding[] {
  const found = input.storedProblems.filter(({ isRefused }) => isRefused);
  const [first] = found;
  if (!first) return [];
  const what = `${count(found.length, 'value')} in stored objects ${found.length === 1 ? 'does' : 'do'} not fit the schemas of ${formatVersion(input.to)}`;
  return [
    finding('stored-object-refused', 'skippable', {
      message: `${what}: ${nameOf(first.at.object)} ${first.at.field}: ${first.problem}. ${whenRefused(input, found)}`,
      remedy: 'Correct the objects while the old schema still takes the write.',
      evidence: found.map(({ at }) => at),
      source: sourceOf(input),
    }),
  ];
}

/** Which writes fail, by the version of the API server. */
function whenRefused({ state }: PreflightInput, problems: readonly StoredProblem[]): string {
  const { version } = state.kubernetes;
  const name = `Kubernetes ${formatMinor(version)}`;
  if (compareMinors(version, RATCHETS_FROM) < 0)
    return `${name} then refuses every write of these objects, whatever it changes.`;
  const passing = problems.filter(({ passesUnchanged }) => passesUnchanged).length;
  if (passing === 0)
    return `${name} then refuses every write that changes the spec of such an object, and every new one.`;
  const unless =
    compareMinors(version, ALWAYS_FROM) < 0 ? ' (unless the gate CRDValidationRatcheting is off)' : '';
  const which = passing === problems.length ? 'such a value' : `${passing} of them`;
  return `${name} lets ${which} pass on writes that leave it as it is${unless}, and refuses it in new objects, as a restore makes them.`;
}

function lost(input: PreflightInput): PreflightFinding[] {
  const found = input.storedProblems.filter(({ isRefused }) => !isRefused);
  if (found.length === 0) return [];
  return [
    finding('stored-field-lost', 'warning', {
      message: `${count(found.length, 'field')} of stored objects ${found.length === 1 ? 'is' : 'are'} not in the schemas of ${formatVersion(input.to)}: ${listNames(found.map(({ at }) => `${nameOf(at.object)} ${at.field}`))}.`,
      remedy: 'Find out what took their place; they are dropped at the next write.',
      evidence: found.map(({ at }) => at),
      source: sourceOf(input),
    }),
  ];
}

function sourceOf({ to }: PreflightInput): string {
  return `https://github.com/projectcalico/calico/blob/${formatVersion(to)}/manifests/crds.yaml`;
}
