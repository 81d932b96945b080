import { announce, say } from './say.js';
import { runAction } from './run-action.js';

/** What can be shown without a cluster. @returns whether it went as it should */
export async function checkExamples(reason: string, reportDir: string): Promise<boolean> {
  announce('No cluster here');
  say(`There can be no cluster to upgrade on this machine: ${reason}.`);
  say(
    'docs/test-cluster.md says what it takes. What needs none is shown instead: mode check, on examples/fleet.',
  );
  const { status, result } = await runAction(
    ['--mode', 'check', '--path', 'examples/fleet'],
    `${reportDir}/check`,
  );
  const isRight = status === 1 && result === 'failed';
  say(
    isRight
      ? `It failed, as it should: the example holds real faults. Look at ${reportDir}/check/report.html.`
      : `It should have failed with the faults of the example, and ended with ${status} (${result}).`,
  );
  return isRight;
}
