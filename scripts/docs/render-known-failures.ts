import { ISSUE_REPOSITORIES, KNOWN_FAILURES, type KnownFailure } from '../../src/findings/known-failures.js';

/** The section of `docs/preflight.md` that says which code answers which failure, line by line. */
export function renderKnownFailures(): readonly string[] {
  return [
    '## Failures that others had',
    '',
    'What has gone wrong in upgrades elsewhere and can be seen coming, and what names it here. Codes without a mark are of `plan`; those of `check` are in [findings.md](findings.md). What shows only while or after Calico changes is for the upgrade itself to catch.',
    '',
    '| what went wrong | seen in | codes |',
    '|---|---|---|',
    ...KNOWN_FAILURES.map(renderFailure),
    '',
  ];
}

function renderFailure({ what, issues, plan, check = [], note }: KnownFailure): string {
  const codes = [
    ...plan.map((code) => `[\`${code}\`](#${code})`),
    ...check.map((code) => `[\`${code}\`](findings.md#${code}) of \`check\``),
  ];
  return `| ${what} | ${issues.map(issueLink).join(', ')} | ${codes.join(', ')}${note === undefined ? '' : `. ${note}`} |`;
}

function issueLink(issue: string): string {
  const [name = '', number = ''] = issue.split('#');
  const repository = ISSUE_REPOSITORIES[name];
  if (repository === undefined) throw new Error(`the repository of ${issue} is not known`);
  return `[${issue}](https://github.com/${repository}/issues/${number})`;
}
