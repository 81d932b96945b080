import picomatch from 'picomatch';
import packageJson from '../package.json' with { type: 'json' };
import { parseCommandLine, readWorkflowInput, renderHelp } from './adapters/command-line.js';
import {
  locateInWorkspace,
  readTextFile,
  realWorld,
  terminalOf,
  type World,
} from './adapters/environment.js';
import { createFileWorkspace } from './adapters/file-workspace.js';
import { readMarkdownLinks, readPullRequestEvent, type PullRequestEvent } from './adapters/github-event.js';
import { createReportDirectory } from './adapters/report-directory.js';
import { createTerminalReporter } from './adapters/terminal-reporter.js';
import type { LiveCluster } from './check/live-cluster.js';
import { type CheckOptions, type CheckOutcome, runCheck } from './check/run-check.js';
import { ActionError, EnvironmentError, InputError } from './errors.js';
import { type CheckInputs, parseInputs } from './inputs.js';
import { parsePolicy } from './policy/parse-policy.js';
import { EMPTY_POLICY, type Policy } from './policy/policy.js';
import type { PullRequest } from './ports/pull-request.js';
import type { Reporter } from './ports/reporter.js';
import { buildCheckReport } from './report/check-report.js';
import { publishReport } from './report/publish.js';

/** Exit status of a run: passed, judged and failed, could not be carried out. */
export const EXIT = { passed: 0, failed: 1, error: 2 } as const;

/** Runs the program and gives its exit status. Never throws. */
export async function main(): Promise<number> {
  const world = realWorld();
  const reporter = await createReporter(world);
  try {
    return await run(world, reporter);
  } catch (error) {
    reporter.error(explain(error));
    return EXIT.error;
  }
}

/** The workflow's reporter is in a chunk of its own: a terminal need not load it. */
async function createReporter(world: World): Promise<Reporter> {
  if (!world.isWorkflow) return createTerminalReporter({ ...world, now: world.timing.now });
  const { createActionsReporter } = await import('./adapters/actions-reporter.js');
  return createActionsReporter(world.timing.now);
}

async function run(world: World, reporter: Reporter): Promise<number> {
  const command = world.isWorkflow
    ? ({ kind: 'run', read: readWorkflowInput(world.variables) } as const)
    : parseCommandLine(world.args);
  if (command.kind === 'help') {
    reporter.info(renderHelp());
    return EXIT.passed;
  }
  for (const name of ['encryption-key', 'github-token'] as const) reporter.mask(command.read(name));
  if (!isPathLike(command.read('kubeconfig'))) reporter.mask(command.read('kubeconfig'));
  const inputs = parseInputs(command.read);
  if (inputs.mode === 'check') return runCheckMode(inputs, world, reporter);
  if (inputs.mode === 'rollback' || (inputs.mode === 'plan' && inputs.rollback !== null)) {
    const bundle = inputs.mode === 'plan' ? inputs.rollback : inputs;
    if (inputs.mode === 'plan' && inputs.networkTest !== null) {
      reporter.warning('The plan of a rollback tests no network. Leave backup-artifact out for that.');
    }
    const { runRollbackMode } = await import('./main/rollback-mode.js');
    return bundle !== null && (await runRollbackMode(inputs.mode, bundle, world, reporter))
      ? EXIT.failed
      : EXIT.passed;
  }
  const policy = readPolicy(inputs, world);
  if (inputs.mode === 'upgrade') {
    const { runUpgradeMode } = await import('./main/upgrade-mode.js');
    return (await runUpgradeMode(inputs, world, reporter, policy)) ? EXIT.failed : EXIT.passed;
  }
  const { runPlanMode } = await import('./main/plan-mode.js');
  return (await runPlanMode(inputs, world, reporter, policy)) ? EXIT.failed : EXIT.passed;
}

/** A path is no secret, and is wanted in messages; anything else may be a token that was put in the wrong place. */
function isPathLike(kubeconfig: string): boolean {
  const text = kubeconfig.trim();
  return text.length <= 255 && !text.includes('\n') && /^[~.]?\.?\/|\.(?:ya?ml|conf|config)$/.test(text);
}

async function runCheckMode(inputs: CheckInputs, world: World, reporter: Reporter): Promise<number> {
  const options = { ...checkOptions(inputs, world, reporter), live: await readLive(inputs, world, reporter) };
  const event =
    inputs.changedOnly === 'false' && inputs.comment === 'never'
      ? null
      : readPullRequestEvent(world.variables);
  const pullRequest = event ? await openPullRequest(inputs, event, world) : null;
  const outcome = await judge(inputs, options, pullRequest, world, reporter);
  for (const warning of outcome.warnings) reporter.warning(warning);
  await publishReport(buildCheckReport(outcome), {
    reporter,
    pullRequest: event?.isFork === true ? null : pullRequest,
    store: createReportDirectory(world.workspace, inputs.reportDir),
    commentMode: inputs.comment,
    scope: inputs.path,
    links: readMarkdownLinks(world.variables, event),
    docsUrl: docsUrl(world),
    toolVersion: packageJson.version,
    terminal: terminalOf(world),
  });
  return outcome.hasFailed ? EXIT.failed : EXIT.passed;
}

/** What the cluster of the kubeconfig runs; null without one. Only then is what reads clusters loaded. */
async function readLive(
  { kubeconfig, context }: CheckInputs,
  world: World,
  reporter: Reporter,
): Promise<LiveCluster | null> {
  if (kubeconfig === null) return null;
  const { readLiveCluster } = await import('./main/live-cluster.js');
  return readLiveCluster({ kubeconfig, context }, world, reporter);
}

function checkOptions(inputs: CheckInputs, world: World, reporter: Reporter): CheckOptions {
  const { path, isFile } = locateInWorkspace(world.workspace, 'path', inputs.path);
  const isExcluded = matcher([...inputs.exclude, '**/.git', inputs.reportDir]);
  const isIncluded = inputs.include.length > 0 ? matcher(inputs.include) : null;
  const policy = readPolicy(inputs, world);
  return {
    directory: isFile ? path.split('/').slice(0, -1).join('/') : path,
    isExcluded,
    isIncluded: isFile ? (file) => file === path : isIncluded,
    policy,
    matchGlob: (glob, file) => picomatch.isMatch(file, glob, { dot: true }),
    kubernetes: inputs.kubernetesVersion,
    failOn: inputs.failOn,
    today: world.today(),
    onProgress: (done, total) => {
      reporter.progress(`read ${done} of ${total} files`);
    },
  };
}

/** Matches paths against globs; a folder's name stands for all below it. */
function matcher(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs
    .map((glob) => glob.replace(/^\.\//, '').replace(/\/+$/, ''))
    .flatMap((glob) => [glob, `${glob}/**`]);
  return picomatch(patterns, { dot: true });
}

function readPolicy({ policy }: Pick<CheckInputs, 'policy'>, world: World): Policy {
  const text = readTextFile(world.workspace, policy.path);
  if (text !== null) return parsePolicy(policy.path, text);
  if (!policy.isRequired) return EMPTY_POLICY;
  throw new InputError(
    'policy',
    `The policy file ${policy.path} cannot be read.`,
    'Name a file below the workspace.',
  );
}

/** The pull request by GitHub's API; null where there is no token to reach it with. */
async function openPullRequest(
  inputs: CheckInputs,
  event: PullRequestEvent,
  world: World,
): Promise<PullRequest | null> {
  if (inputs.githubToken === null) return null;
  const { createGithubPullRequest } = await import('./adapters/github-pull-request.js');
  return createGithubPullRequest(event, {
    token: inputs.githubToken,
    apiUrl: world.variables['GITHUB_API_URL'] ?? 'https://api.github.com',
    timing: world.timing,
  });
}

/** Judges what the pull request changes; everything, where that is not asked for or cannot be found out. */
async function judge(
  inputs: CheckInputs,
  options: CheckOptions,
  pullRequest: PullRequest | null,
  world: World,
  reporter: Reporter,
): Promise<CheckOutcome> {
  const workspace = createFileWorkspace(world.workspace);
  if (inputs.changedOnly === 'true' && !pullRequest) {
    throw new InputError(
      'changed-only',
      'The input changed-only is “true”, but this run belongs to no pull request, or has no github-token.',
      'Use auto, or run on pull_request events.',
    );
  }
  if (inputs.changedOnly === 'false') return runCheck(workspace, null, options);
  try {
    return await runCheck(workspace, pullRequest, options);
  } catch (error) {
    if (!(error instanceof EnvironmentError) || inputs.changedOnly === 'true') throw error;
    reporter.warning(`${explain(error)} Everything is judged instead of what the pull request changes.`);
    return runCheck(workspace, null, options);
  }
}

function docsUrl({ variables }: World): string | null {
  const repository = variables['GITHUB_ACTION_REPOSITORY'];
  const ref = variables['GITHUB_ACTION_REF'];
  return repository && ref
    ? `${variables['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}/blob/${ref}/docs/findings.md`
    : null;
}

/** What went wrong and what to do, for a person; never a stack trace. */
function explain(error: unknown): string {
  if (error instanceof ActionError) return `${error.message} ${error.remedy}`;
  const message = error instanceof Error ? error.message : String(error);
  return `Unexpected: ${message} This is a fault of the action itself; please report it.`;
}
