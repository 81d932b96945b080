import { type Check, hostPort, type PodAt, type Probe, PORTS } from '../probe.js';

type Sort = Pick<Probe, 'scenario' | 'expected'> & {
  /** What tells apart probes of one scenario between the same nodes; empty where there is one. */
  readonly part?: string;
};

/** A probe of one pod by another; `null` where the target has no address of that family. */
export function podProbe(
  sort: Sort,
  from: PodAt,
  target: PodAt,
  options: { readonly family?: number; readonly check?: (host: string, isHost: boolean) => Check } = {},
): readonly Probe[] {
  const host = target.addresses[options.family ?? 0];
  if (host === undefined) return [];
  const isHost = target.addresses.length > 0 && target.name.startsWith('host-');
  const check = options.check?.(host, isHost) ?? ask(host, isHost, target);
  const to = `pod ${target.name} on ${target.node} (${hostPort(check.host, check.port)})`;
  return [
    {
      key: keyOf(sort, from, `${roleOf(target)}@${target.node}`),
      scenario: sort.scenario,
      expected: sort.expected,
      from,
      to,
      target,
      toNode: target.node,
      check,
    },
  ];
}

/** A probe of what is no one pod: a Service, a name, an address outside. */
export function probeOf(
  sort: Sort,
  from: PodAt,
  to: { readonly name: string; readonly node?: string; readonly target?: PodAt },
  check: Check,
): Probe {
  return {
    key: keyOf(sort, from, `${to.name}${to.node === undefined ? '' : `@${to.node}`}`),
    scenario: sort.scenario,
    expected: sort.expected,
    from,
    to: `${to.name} (${hostPort(check.host, check.port)})${to.node === undefined ? '' : ` of ${to.node}`}`,
    target: to.target ?? null,
    toNode: to.node ?? null,
    check,
  };
}

/** A short request that this pod has to answer, and no other. */
function ask(host: string, isHost: boolean, target: PodAt): Check {
  const port = isHost ? PORTS.hostHttp : PORTS.http;
  // One of the host's network says what its node calls itself
  const answers = isHost ? null : [target.name];
  return { kind: 'http', host, port, fillBytes: 0, answers };
}

function keyOf({ scenario, part = '' }: Sort, from: PodAt, to: string): string {
  return [scenario, part, `${roleOf(from)}@${from.node}`, to].filter((text) => text !== '').join(' ');
}

/** `source-0123456789abcdef-2`: what it is for stands first. */
function roleOf({ name }: PodAt): string {
  return name.replace(/-.*$/, '');
}
