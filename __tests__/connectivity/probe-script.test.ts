import { describe, expect, it } from '@jest/globals';
import type { Check } from '../../src/connectivity/probe.js';
import { commandOf, parseSeen, probeCommand } from '../../src/connectivity/probe-script.js';
import { buildProbe } from './build-scene.js';

const HTTP: Check = { kind: 'http', host: '10.0.0.1', port: 8080, fillBytes: 0, answers: ['target-1'] };
const NAME: Check = { kind: 'tcp', host: 'targets.ns.svc', port: 8080 };
const UDP: Check = { kind: 'udp', host: 'fd00::1', port: 8081, size: 'fits' };

describe('the command of probes', () => {
  it('is one for all of a pod, and short: its functions lie in the pod', () => {
    expect(probeCommand([HTTP, NAME, UDP])).toEqual([
      'sh',
      '-c',
      'eval "$PROBE_SCRIPT"\nh 0 10.0.0.1 8080 0\nt 1 targets.ns.svc:8080\nu 2 [fd00::1]:8081 fits\nwait',
    ]);
  });

  it('is told for one probe as somebody would type it', () => {
    expect(commandOf(buildProbe())).toBe(
      `kubectl exec --namespace calico-network-test source-n1-1 -- sh -c 'eval "$PROBE_SCRIPT"; h again 10.1.0.2 8080 0; wait'`,
    );
  });
});

describe('what probes saw', () => {
  it('is read line by line, in whatever order they come', () => {
    const stdout = '1 1 8010 TIMEOUT\n0 0 20 target-1\n2 1 30 REFUSED: read udp\n';
    expect(parseSeen([HTTP, NAME, UDP], stdout)).toEqual([
      { kind: 'reached', text: 'target-1', ms: 20 },
      { kind: 'blocked', text: 'TIMEOUT', ms: 8010 },
      { kind: 'blocked', text: 'REFUSED: read udp', ms: 30 },
    ]);
  });

  it('an answer of another pod is none', () => {
    expect(parseSeen([HTTP], '0 0 20 target-2\n')).toEqual([
      { kind: 'blocked', text: 'WRONG ANSWER: target-2 answered', ms: 20 },
    ]);
    expect(parseSeen([{ ...HTTP, answers: null }], '0 0 20 anybody\n')[0]?.kind).toBe('reached');
  });

  it('an address is an answer with whatever port it is sent from', () => {
    const asks: Check = { ...HTTP, asks: '/clientip', answers: ['10.0.0.9', 'fd00::9'] };
    expect(probeCommand([asks])[2]).toContain('h 0 10.0.0.1 8080 0 /clientip');
    const seen = ['10.0.0.9:43210', '[fd00::9]:43210', '10.0.0.10:43210', ''].map(
      (said) => parseSeen([asks], `0 0 20 ${said}\n`)[0],
    );
    expect(seen.map((one) => one?.kind)).toEqual(['reached', 'reached', 'blocked', 'blocked']);
    expect(seen[2]?.text).toBe('WRONG ANSWER: 10.0.0.10:43210 answered');
  });

  it('a request for a path is answered by the pod, refused, or neither', () => {
    const path: Check = {
      kind: 'path',
      method: 'POST',
      host: 'fd00::1',
      port: 8080,
      path: '/a',
      answers: ['l7-1'],
    };
    expect(probeCommand([path])[2]).toContain('p 0 fd00::1 8080 POST /a');
    const lines = ['0 9 l7-1', '0 9 l7-2', '3 9 HTTP/1.1 403 Forbidden', '1 9 HTTP/1.1 503 Unavailable'];
    expect(lines.map((line) => parseSeen([path], `0 ${line}\n`)[0])).toEqual([
      { kind: 'reached', text: 'l7-1', ms: 9 },
      { kind: 'blocked', text: 'WRONG ANSWER: l7-2 answered', ms: 9 },
      { kind: 'refused', text: 'HTTP/1.1 403 Forbidden', ms: 9 },
      { kind: 'blocked', text: 'HTTP/1.1 503 Unavailable', ms: 9 },
    ]);
  });

  it('a probe without a line has not run', () => {
    expect(parseSeen([HTTP, NAME], '0 0 20 target-1\nsh: nc: not found').map(({ kind }) => kind)).toEqual([
      'reached',
      'not-run',
    ]);
  });
});
