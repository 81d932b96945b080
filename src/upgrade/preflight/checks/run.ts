import type { Access } from '../../../ports/cluster-client.js';
import { formatVersion } from '../../../version/version.js';
import type { Customisation } from '../../customisations/customisation.js';
import { nameOf } from '../../../cluster/object-name.js';
import { isJournal } from '../../journal/journal.js';
import { count, evidenceOf, finding, listNames } from '../finding.js';
import { dryRun } from './dry-run.js';
import type { Comparison, PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';

/** What the run itself needs: files to compare with, permissions, sight, and nobody else at work. */
export const run: PreflightCheck = (input) => [
  ...input.comparisons.flatMap(comparison),
  ...permissions(input),
  ...unreadable(input),
  ...earlierRun(input),
  ...dryRun(input),
];

function comparison(compared: Comparison): PreflightFinding[] {
  const hop = `${formatVersion(compared.from)} to ${formatVersion(compared.to)}`;
  if (compared.kind === 'unknown') {
    return [
      finding('customisations-unknown', 'skippable', {
        message: `Customisations could not be compared for ${hop}: ${compared.reason}`,
        remedy:
          'Give the input manifests a directory or URL that holds the files, laid out as <version>/<file>.',
      }),
    ];
  }
  const { newerDefinitions } = compared;
  const { customisations } = compared.result;
  const conflicts = customisations.filter(({ outcome }) => outcome === 'conflicting');
  const dropped = customisations.filter(({ outcome }) => outcome === 'dropped');
  return [
    ...tell(
      conflicts,
      'customisation-conflict',
      `${count(conflicts.length, 'change')} of yours and of upstream’s meet in one field on the way from ${hop}`,
    ),
    ...tell(
      dropped,
      'customisation-dropped',
      `${count(dropped.length, 'change')} of yours ${dropped.length === 1 ? 'has' : 'have'} no place in ${formatVersion(compared.to)}`,
    ),
    ...newer(newerDefinitions, formatVersion(compared.to)),
  ];
}

function newer(names: readonly string[], to: string): PreflightFinding[] {
  if (names.length === 0) return [];
  return [
    finding('definitions-newer', 'notice', {
      message: `${count(names.length, 'definition')} of the cluster ${names.length === 1 ? 'is' : 'are'} newer than those of ${to} and ${names.length === 1 ? 'stays' : 'stay'}: ${listNames(names)}.`,
      remedy: 'There is nothing to do: older releases work with newer definitions.',
    }),
  ];
}

function tell(
  changes: readonly Customisation[],
  code: 'customisation-conflict' | 'customisation-dropped',
  message: string,
): PreflightFinding[] {
  if (changes.length === 0) return [];
  const isConflict = code === 'customisation-conflict';
  return [
    finding(code, isConflict ? 'skippable' : 'notice', {
      message: `${message}: ${listNames(changes.map(({ object, field }) => `${nameOf(object)} ${field}`))}.`,
      remedy: isConflict
        ? 'Look at both values in the plan and bring yours to upstream’s, or set force to keep yours.'
        : 'Look at the reasons in the plan.',
      evidence: changes.map(({ object, field, live }) => evidenceOf(object, field, live ?? 'removed')),
      source: 'https://docs.tigera.io/calico/latest/operations/upgrading/kubernetes-upgrade',
    }),
  ];
}

function permissions({ missingAccess }: PreflightInput): PreflightFinding[] {
  if (missingAccess.length === 0) return [];
  return [
    finding('permission-missing', 'mandatory', {
      message: `The account may not ${listNames(missingAccess.map(({ access }) => describe(access)))}.`,
      remedy: 'Apply the ClusterRole that the plan prints, bound to the account of the kubeconfig.',
    }),
  ];
}

function describe({ verb, resource, group, namespace }: Access): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace ? ` in ${namespace}` : ''}`;
}

function unreadable({ state }: PreflightInput): PreflightFinding[] {
  if (state.unreadable.length === 0) return [];
  const isForbidden = state.unreadable.every((one) => one.isForbidden);
  return [
    finding('unreadable', 'skippable', {
      message: `${count(state.unreadable.length, 'kind')} could not be read: ${listNames(state.unreadable.map(({ resource, reason }) => `${resource} (${reason})`))}.`,
      remedy: isForbidden
        ? 'Give the account the read-only ClusterRole of the documentation.'
        : 'Repair what does not answer, and run again.',
    }),
  ];
}

function earlierRun({ state }: PreflightInput): PreflightFinding[] {
  if (state.leftovers.length === 0) return [];
  // A lock alone is watched, and taken over where its run died
  const isLockAlone = !state.leftovers.some(isJournal);
  return [
    finding('earlier-run', isLockAlone ? 'warning' : 'mandatory', {
      message: `${listNames(state.leftovers.map(nameOf))} of an earlier run ${state.leftovers.length === 1 ? 'is' : 'are'} there.`,
      remedy: isLockAlone
        ? 'A run is at work, or died before it changed anything of Calico: an upgrade looks which, and takes the lock over.'
        : 'Let that run end; if it died, continue or roll it back before a new one begins.',
      evidence: state.leftovers.map((object) => evidenceOf(object, '', '')),
    }),
  ];
}
