import type { UpgradeOutcome } from '../../upgrade/run-upgrade.js';
import { formatVersion, type Version } from '../../version/version.js';
import type { AloneResult } from '../../connectivity/test-alone.js';
import type { Result } from '../report.js';
import { FIND_OUT_WHY, saysFault } from '../rollback/rollback-report.js';
import { whatDiffers } from './what-differs.js';

const UNKNOWN = 'of an unknown version';

/** The release that ran before anything was changed, by this run or by the one that it goes on with; empty where unknown. */
export function calicoBefore({ calico, resume }: UpgradeOutcome['plan']): string {
  if (resume !== null && resume.head.from !== '') return resume.head.from;
  const running = calico?.versions.running;
  return running ? formatVersion(running) : '';
}

/** How it ended, for programs. */
export function resultOf(
  { ended, plan, rollback, backFault }: UpgradeOutcome,
  network: AloneResult | null,
): Result {
  if (ended === 'done') return 'passed';
  if (ended === 'not-run') return plan.verdict === 'nothing-to-do' ? 'nothing-to-do' : 'failed';
  if (backFault !== '') return 'rollback-failed';
  if (rollback === null) return 'failed';
  return rollback.ended === 'done' && network?.fault == null ? 'rolled-back' : 'rollback-failed';
}

/** How it ended, in as many words as somebody woken up reads. */
export function headlineOf(
  { plan, hops, after, ended, rollback }: UpgradeOutcome,
  result: Result,
  wayOut: string,
): string {
  const before = calicoBefore(plan) || UNKNOWN;
  const running = versionText(after?.calico?.versions.running ?? hops.at(-1)?.to);
  const restored = after?.calico?.versions.running ? running : before;
  switch (result) {
    case 'passed':
      return `Calico is upgraded: ${before} → ${running}`;
    case 'nothing-to-do':
      return `Nothing to do: Calico ${before} stays`;
    case 'rolled-back':
      return `The upgrade failed and was rolled back: Calico ${restored} runs again`;
    case 'rollback-failed':
      return rollback?.ended === 'done'
        ? `The upgrade failed: Calico ${restored} runs again, but traffic does not flow as it did before`
        : 'The upgrade failed, and so did going back';
    case 'failed': {
      const how = ended === 'interrupted' ? 'was stopped' : 'failed';
      if (wayOut !== '') return `The upgrade ${how} half way, and was not rolled back`;
      return `The upgrade ${ended === 'not-run' ? 'did not begin' : how}: nothing of Calico was changed`;
    }
  }
}

/** What to do now. */
export function nextOf(outcome: UpgradeOutcome, result: Result, wayOut: string): string {
  if (wayOut !== '') return wayOut;
  const { backup, ended, rollback } = outcome;
  const differs = whatDiffers(outcome);
  switch (result) {
    case 'passed':
      if (backup === null) return 'Nothing. There is no backup to go back to.';
      return backup.artifact === null
        ? `Nothing. Keep ${backup.directory}: how to go back to it stands below.`
        : 'Nothing. How to go back stands below, should it be wanted.';
    case 'nothing-to-do':
      return 'Nothing.';
    case 'rolled-back':
      return `${differs === '' ? 'Nothing tonight: the cluster' : `${differs} Calico itself`} is as it was before. Put right what failed, then run the upgrade again.`;
    case 'rollback-failed':
      return rollback?.ended === 'done'
        ? `${FIND_OUT_WHY} ${differs}`.trim()
        : 'Put that right, then run the upgrade again.';
    case 'failed':
      return ended === 'not-run'
        ? 'Put right what the findings name, then run the upgrade again.'
        : 'Put that right, then run the upgrade again.';
  }
}

/** How it ended and why, in one line. */
export function summaryOf(
  { plan, ended, reason, hops, rollback, backFault }: UpgradeOutcome,
  networkFault: string | null,
): string {
  const last = hops.at(-1)?.to;
  switch (ended) {
    case 'not-run':
      return plan.summary;
    case 'done':
      return `upgraded: Calico ${last ? formatVersion(last) : ''} runs everywhere.`;
    case 'interrupted':
      return `interrupted: ${reason}`;
    case 'failed':
      if (backFault !== '') return `failed, and going back failed too: ${reason} Then: ${backFault}`;
      if (rollback === null) return `failed: ${reason}`;
      return rollback.ended === 'done'
        ? `failed, and went back: ${reason}${saysFault(networkFault)}`
        : `failed, and going back failed too: ${reason} Then: ${rollback.reason || rollback.plan.summary}`;
  }
}

function versionText(version: Version | null | undefined): string {
  return version ? formatVersion(version) : UNKNOWN;
}
