import { nameOf } from '../../cluster/object-name.js';
import { count, listNames } from '../preflight/finding.js';
import type { MissingAccess, Weight } from '../preflight/preflight.js';
import type { WavePlan } from '../waves/plan-waves.js';
import { findInstallObstacles } from './find-install-obstacles.js';
import { helmFindings, type ReleaseMove } from './helm-release.js';
import type { Restoration } from './plan-restore.js';
import type { SecretsLook } from './plan-secrets.js';
import type { RestoreItem } from './restore-item.js';
import { type RollbackFinding, say } from './rollback-finding.js';

export interface Circumstances {
  readonly edited: readonly string[];
  readonly missingAccess: readonly MissingAccess[];
  readonly waves: WavePlan;
  readonly release: ReleaseMove | null;
  readonly hasHelm: boolean;
}

const WEIGHTS: readonly Weight[] = ['mandatory', 'skippable', 'warning', 'notice'];

/** All that is to be said before a rollback, what stops it first. Pure. */
export function findObstacles(
  restoration: Restoration,
  circumstances: Circumstances,
): readonly RollbackFinding[] {
  const found = [
    ...findInstallObstacles(restoration),
    ...conflicts(restoration),
    ...refused(restoration),
    ...notServed(restoration),
    ...permissions(circumstances),
    ...leftOut(circumstances),
    ...kept(restoration),
    ...edited(circumstances),
    ...secrets(restoration),
    ...helmFindings(circumstances.release, circumstances.hasHelm),
  ];
  return WEIGHTS.flatMap((weight) => found.filter((one) => one.weight === weight));
}

function conflicts({ items }: Restoration): RollbackFinding[] {
  const found = items.filter(({ action }) => action === 'conflict');
  if (found.length === 0) return [];
  return [
    say(
      'rollback-conflict',
      'mandatory',
      `${count(found.length, 'object')} of yours ${found.length === 1 ? 'was' : 'were'} changed or deleted since the backup: ${listObjects(found)}.`,
      'Look at both in the plan, and set on-conflict: bundle to put the backup’s back, or live to keep what is there.',
    ),
  ];
}

function refused({ refused: found }: Restoration): RollbackFinding[] {
  return found.map(({ item, message }) =>
    say(
      'rollback-refused',
      'mandatory',
      `${nameOf(item.object)} cannot be written: ${message}`,
      'Put right what the server names, or take the object out of the bundle and set force.',
    ),
  );
}

function notServed({ notServed: kinds }: Restoration): RollbackFinding[] {
  if (kinds.length === 0) return [];
  return [
    say(
      'rollback-not-served',
      'skippable',
      `The cluster does not serve ${listNames(kinds)}, and the bundle has no definition of it.`,
      'Set force to leave these objects out; they stay in the bundle.',
    ),
  ];
}

function permissions({ missingAccess }: Circumstances): RollbackFinding[] {
  if (missingAccess.length === 0) return [];
  const texts = missingAccess.map(
    ({ access }) => `${access.verb} ${access.resource}${access.group === '' ? '' : `.${access.group}`}`,
  );
  return [
    say(
      'rollback-permission',
      'mandatory',
      `The account may not ${listNames(texts)}.`,
      'Apply the ClusterRole that the plan prints, bound to the account of the kubeconfig.',
    ),
  ];
}

function leftOut({ waves }: Circumstances): RollbackFinding[] {
  return waves.leftOut.map(({ node, reason }) =>
    say(
      'rollback-nodes-left-out',
      'warning',
      `Node ${node} takes no part: ${reason}.`,
      'The rules of both releases stay until it has gone back as well: then run the rollback once more.',
    ),
  );
}

function kept({ items }: Restoration): RollbackFinding[] {
  const found = items.filter(({ action }) => action === 'keep');
  if (found.length === 0) return [];
  return [
    say(
      'rollback-kept',
      'notice',
      `${count(found.length, 'object stays as it is', 'objects stay as they are')}: ${listObjects(found)}.`,
      'The plan lists all, with reasons.',
    ),
  ];
}

function edited({ edited: paths }: Circumstances): RollbackFinding[] {
  if (paths.length === 0) return [];
  return [
    say(
      'rollback-edited',
      'warning',
      `${count(paths.length, 'file')} of the bundle ${paths.length === 1 ? 'was' : 'were'} changed after it was made: ${listNames(paths)}.`,
      'They are taken as they are now, since force is set.',
    ),
  ];
}

const SECRETS: Readonly<Record<SecretsLook, readonly [what: string, toDo: string] | null>> = {
  compared: null,
  'left-out': [
    'The bundle holds no Secrets; those of the cluster stay as they are.',
    'If one is gone (typha-certs, node-certs, a pull secret), put it back by hand.',
  ],
  'no-key': [
    'The Secrets of the bundle are encrypted and no encryption-key is given: they were not looked at.',
    'If one is gone from the cluster, set encryption-key to what the backup was made with.',
  ],
  'key-only-encrypts': [
    'The encryption-key is a recipient, which only encrypts: the Secrets of the bundle were not looked at.',
    'If one is gone from the cluster, set encryption-key to the identity (AGE-SECRET-KEY-1…).',
  ],
  forbidden: [
    'The account may not read Secrets: those of the bundle were not compared.',
    'If one is gone from the cluster, let the account get and create Secrets.',
  ],
};

function secrets({ secrets: look }: Restoration): RollbackFinding[] {
  const said = SECRETS[look];
  return said === null ? [] : [say('rollback-secrets', 'notice', ...said)];
}

function listObjects(items: readonly RestoreItem[]): string {
  return listNames(items.map(({ object }) => nameOf(object)));
}
