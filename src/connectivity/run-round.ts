import type { ClusterClient } from '../ports/cluster-client.js';
import { FIELD_MANAGER } from '../upgrade/plan/try-changes.js';
import type { Probe } from './probe.js';
import type { Scene } from './scene.js';
import { SCENARIOS } from './scenarios/registry.js';
import type { Change, Phase, Scenario } from './scenarios/scenario.js';
import type { ScenarioName } from './scenarios/scenario-name.js';
import { type TryOptions, tryProbes } from './try-probes.js';
import { type Baseline, type ProbeOutcome } from './verdict.js';

export interface RoundOptions extends Omit<TryOptions, 'maySettle' | 'isHopeless' | 'hadItsTime'> {
  readonly skip: ReadonlySet<ScenarioName>;
  /** Only paths that begin or end at these nodes; null for all. */
  readonly nodes: ReadonlySet<string> | null;
  readonly baseline: Baseline;
  /** Scenarios that did not work before, and why they are left out. */
  readonly lame: ReadonlyMap<ScenarioName, string>;
  /** Counts the times that pods are made: those of this round are new. */
  readonly round: number;
  readonly onProgress: (text: string) => void;
}

/** An outcome, and the phase of its scenario that it is of; empty where that is the only one. */
export interface Tried extends ProbeOutcome {
  readonly phase: string;
}

export interface RoundOutcome {
  readonly tried: readonly Tried[];
  readonly skipped: ReadonlyMap<ScenarioName, string>;
}

/**
 * Tries all scenarios: first, all at once, traffic as it is; then one after the other those that change something.
 * Changes touch pods of the test alone, and are taken back at the end of each.
 */
export async function runRound(
  client: ClusterClient,
  scene: Scene,
  options: RoundOptions,
): Promise<RoundOutcome> {
  const skipped = new Map<ScenarioName, string>();
  const wanted = SCENARIOS.filter((scenario) => {
    const reason = options.skip.has(scenario.name) ? 'the settings leave it out' : scenario.whySkipped(scene);
    if (reason !== null) skipped.set(scenario.name, reason);
    return reason === null;
  });
  const phases = wanted.map((scenario) => ({ scenario, phases: scenario.phases(scene) }));
  const isStill = (all: readonly Phase[]): boolean => all.every(({ changes }) => changes.length === 0);
  const still = phases
    .filter((one) => isStill(one.phases))
    .flatMap((one) => one.phases.flatMap(({ probes }) => probes));
  const late = new Set<string>();
  const outcomes = await tryAll(client, inScope(still, options), { isAfterChange: false, late }, options);
  const tried: Tried[] = outcomes.map(withPhase(''));
  const broken = new Set(tried.filter(({ isRight }) => !isRight).map(({ probe }) => pathOf(probe)));
  for (const { scenario, phases: moving } of phases.filter((one) => !isStill(one.phases))) {
    if (options.signal.aborted) break;
    const lame = options.lame.get(scenario.name);
    if (lame !== undefined) skipped.set(scenario.name, `it did not work before: ${lame}`);
    else tried.push(...(await tryPhases(client, scenario, moving, { broken, late }, options)));
  }
  return { tried, skipped };
}

/** What a round has shown so far. */
interface Known {
  /** Paths that not even plain traffic takes. */
  readonly broken: ReadonlySet<string>;
  /**
   * What worked before and did not follow a change within the time that changes get ({@link lateness}): more of them are
   * not waited for. That round fails already, so none fails for it.
   */
  readonly late: Set<string>;
}

async function tryPhases(
  client: ClusterClient,
  scenario: Scenario,
  phases: readonly Phase[],
  { broken, late }: Known,
  options: RoundOptions,
): Promise<readonly Tried[]> {
  options.onProgress(`network test: ${scenario.name}`);
  const tried: Tried[] = [];
  try {
    for (const phase of phases) {
      for (const change of phase.changes) await write(client, change);
      // What cannot pass anyway says nothing of policies and endpoints
      const probes = inScope(phase.probes, options).filter((probe) => !broken.has(pathOf(probe)));
      const outcomes = await tryAll(client, probes, { isAfterChange: true, late }, options);
      const inVain = outcomes.filter(
        ({ probe, isRight, ms }) => !isRight && ms >= options.settleMs && !failedBefore(probe, options),
      );
      for (const { probe } of inVain) late.add(lateness(probe));
      tried.push(...outcomes.map(withPhase(phase.title)));
      if (isLame(outcomes) || options.signal.aborted) break;
    }
  } finally {
    for (const change of phases.at(-1)?.changes ?? []) await write(client, change);
  }
  return tried;
}

/** Whether nothing that was to be blocked or refused was, or nothing reached what was to be. */
function isLame(outcomes: readonly ProbeOutcome[]): boolean {
  return (['blocked', 'refused', 'reached'] as const).some((expected) => {
    const own = outcomes.filter(({ probe }) => probe.expected === expected);
    return own.length > 0 && own.every(({ isRight }) => !isRight);
  });
}

/** Scenarios that did not work anywhere, and how: to try them later would say nothing. Pure. */
export function lameScenarios(tried: readonly Tried[]): ReadonlyMap<ScenarioName, string> {
  const phases = new Map<string, Tried[]>();
  for (const one of tried) {
    if (one.phase === '') continue;
    const key = `${one.probe.scenario}\n${one.phase}`;
    const own = phases.get(key);
    if (own) own.push(one);
    else phases.set(key, [one]);
  }
  return new Map(
    [...phases.values()].filter(isLame).flatMap((all) => {
      const wrong = all.find(({ isRight }) => !isRight);
      return wrong
        ? [[wrong.probe.scenario, `${wrong.phase}, and ${wrong.seen.kind}: ${wrong.seen.text}`]]
        : [];
    }),
  );
}

function withPhase(phase: string): (outcome: ProbeOutcome) => Tried {
  return (outcome) => ({ ...outcome, phase });
}

function tryAll(
  client: ClusterClient,
  probes: readonly Probe[],
  { isAfterChange, late }: { readonly isAfterChange: boolean; readonly late: ReadonlySet<string> },
  options: RoundOptions,
): Promise<readonly ProbeOutcome[]> {
  const isNew = ({ from, target }: Probe): boolean =>
    from.round === options.round || target?.round === options.round;
  return tryProbes(client, probes, {
    ...options,
    maySettle: (probe) => isAfterChange || isNew(probe),
    // What worked before is to be known for sure: a path that is late once may be slow only then
    hadItsTime: (probe) => options.baseline !== null && late.has(lateness(probe)),
    isHopeless: (probe) => failedBefore(probe, options),
  });
}

function failedBefore({ key }: Probe, { baseline }: RoundOptions): boolean {
  return baseline?.get(key) === false;
}

function inScope(probes: readonly Probe[], { nodes }: RoundOptions): readonly Probe[] {
  return nodes === null ? probes : probes.filter((probe) => touches(probe, nodes));
}

/** Whether one end is at these nodes. Pure. */
export function touches({ from, toNode, target }: Probe, nodes: ReadonlySet<string>): boolean {
  return (
    nodes.has(from.node) ||
    (toNode !== null && nodes.has(toNode)) ||
    (target !== null && nodes.has(target.node))
  );
}

/** Two nodes, whatever pods: `worker-1>worker-2`. */
function pathOf({ from, toNode, target }: Probe): string {
  return `${from.node}>${toNode ?? target?.node ?? ''}`;
}

/** Policies of all kinds are put into effect by the same program: where one is late, the next ones are. */
function lateness(probe: Probe): string {
  const { scenario } = probe;
  return `${scenario.startsWith('policy-') ? 'policies' : scenario} ${pathOf(probe)}`;
}

async function write(client: ClusterClient, change: Change): Promise<void> {
  if (change.kind === 'delete') await client.delete(change.object);
  else await client.apply(change.object, { fieldManager: FIELD_MANAGER, force: true });
}
