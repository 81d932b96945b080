import type { Finding } from '../findings/finding.js';
import type { Policy, PolicyException } from '../policy/policy.js';
import { toFinding } from './judge/judge.js';

/** Findings after the policy's exceptions. */
export interface Excepted {
  readonly kept: readonly Finding[];
  readonly ignored: readonly { readonly finding: Finding; readonly reason: string }[];
}

/**
 * Takes out the findings that the policy ignores. An exception that has expired ignores nothing, and is itself a
 * finding where it would have.
 *
 * @param today ISO date
 */
export function applyExceptions(
  findings: readonly Finding[],
  policy: Policy,
  today: string,
  matchGlob: (glob: string, path: string) => boolean,
): Excepted {
  const kept: Finding[] = [];
  const ignored: { finding: Finding; reason: string }[] = [];
  const expired = new Set<PolicyException>();
  for (const finding of findings) {
    const matching = policy.exceptions.filter((exception) => covers(exception, finding, matchGlob));
    const valid = matching.find(({ expires }) => expires >= today);
    if (valid) ignored.push({ finding, reason: `${valid.reason} (until ${valid.expires})` });
    else kept.push(finding);
    if (!valid) for (const exception of matching) expired.add(exception);
  }
  return { kept: [...kept, ...[...expired].map(toExpired)], ignored };
}

function covers(
  exception: PolicyException,
  finding: Finding,
  matchGlob: (glob: string, path: string) => boolean,
): boolean {
  if (exception.code !== finding.code) return false;
  if (exception.cluster !== null && exception.cluster !== finding.cluster) return false;
  return exception.path === null || matchGlob(exception.path, finding.location.path);
}

function toExpired({ code, expires, reason, location }: PolicyException): Finding {
  return toFinding(null, {
    code: 'policy-ignore-expired',
    message: `The exception for ${code} (“${reason}”) expired on ${expires}.`,
    location,
    key: `${code} ${location.line}`,
  });
}
