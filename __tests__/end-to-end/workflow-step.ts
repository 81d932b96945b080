import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { makeFolder, type Run, runProgram } from './run-program.js';

type Fields = Readonly<Record<string, unknown>>;

interface WorkflowStep {
  readonly id?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly environment?: string;
  readonly concurrency?: Fields;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly WorkflowStep[];
}

export interface Workflow {
  readonly on: Fields;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What expressions read: `secrets.KUBECONFIG`, `inputs.target`. */
export type Context = Readonly<Record<string, string | boolean>>;

interface ActionInput {
  readonly default?: string;
}

export function readWorkflow(name: string): Workflow {
  return load(readFileSync(`examples/workflows/${name}`, 'utf8')) as Workflow;
}

export function readAction(): {
  readonly inputs: Readonly<Record<string, ActionInput>>;
  readonly outputs: Fields;
} {
  return load(readFileSync('action.yml', 'utf8')) as ReturnType<typeof readAction>;
}

/** The step of a job that runs this action. */
export function ownStep({ steps }: Job): WorkflowStep {
  const step = steps.find(({ uses = '' }) => uses.startsWith('OWNER/calico-upgrade-action@'));
  if (step === undefined) throw new Error('No step runs this action');
  return step;
}

/**
 * The text with its expressions worked out: as much of GitHub's language as the examples use, `a && b || c` of names,
 * texts and comparisons. Throws for what it does not know.
 */
export function evaluate(text: string, context: Context): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_whole, expression: string) =>
    String(anyOf(expression.trim(), context)),
  );
}

function anyOf(expression: string, context: Context): string | boolean {
  const parts = expression.split('||').map((part) => allOf(part.trim(), context));
  return parts.find((part) => part !== '' && part !== false) ?? parts.at(-1) ?? '';
}

function allOf(expression: string, context: Context): string | boolean {
  const parts = expression.split('&&').map((part) => valueOf(part.trim(), context));
  return parts.find((part) => part === '' || part === false) ?? parts.at(-1) ?? '';
}

function valueOf(term: string, context: Context): string | boolean {
  const [left = '', right] = term.split('==').map((part) => part.trim());
  if (right !== undefined) return valueOf(left, context) === valueOf(right, context);
  const [, text] = /^'([^']*)'$/.exec(term) ?? [];
  if (text !== undefined) return text;
  if (!/^[\w.-]+$/.test(term)) throw new Error(`The test does not know the expression ${term}`);
  return context[term] ?? '';
}

export interface StepRun extends Run {
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface StepOptions {
  readonly context: Context;
  /** What a test has to have otherwise: where manifests are, how long to soak. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly workspace?: string;
}

/** Runs the action as the runner does for that step of a job. */
export async function runStep(job: Job, options: StepOptions): Promise<StepRun> {
  const { context, inputs = {}, variables = {}, workspace = makeFolder() } = options;
  const given = Object.entries(ownStep(job).with ?? {}).map(([name, value]) => [
    name,
    evaluate(value, context),
  ]);
  const defaults = Object.entries(readAction().inputs).map(([name, input]) => [
    name,
    evaluate(input.default ?? '', context),
  ]);
  const all = { ...Object.fromEntries(defaults), ...Object.fromEntries(given), ...inputs } as Record<
    string,
    string
  >;
  const files = makeFolder({ output: '', summary: '' });
  const run = await runProgram(workspace, [], {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_SERVER_URL: 'https://github.example.com',
    GITHUB_OUTPUT: join(files, 'output'),
    GITHUB_STEP_SUMMARY: join(files, 'summary'),
    ...variables,
    ...Object.fromEntries(Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  });
  const outputs = readFileSync(join(files, 'output'), 'utf8');
  const pairs = [...outputs.matchAll(/^(.+)<<(.+)\n([\s\S]*?)\n?\2$/gm)].map(([, name, , value]) => [
    name,
    value,
  ]);
  const summary = existsSync(join(files, 'summary')) ? readFileSync(join(files, 'summary'), 'utf8') : '';
  return { ...run, outputs: Object.fromEntries(pairs) as Record<string, string>, summary };
}

/** An event's payload in a file, as GITHUB_EVENT_PATH has it. */
export function eventFile(payload: unknown): string {
  const path = join(makeFolder(), 'event.json');
  writeFileSync(path, JSON.stringify(payload));
  return path;
}
