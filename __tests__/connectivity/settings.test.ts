import { describe, expect, it } from '@jest/globals';
import { SCENARIO_NAMES } from '../../src/connectivity/scenarios/scenario-name.js';
import { DEFAULT_SETTINGS, parseNetworkTestSettings } from '../../src/connectivity/settings.js';
import { InputError } from '../../src/errors.js';

describe('network-test-settings', () => {
  it('are the defaults where nothing is written', () => {
    expect(parseNetworkTestSettings('')).toEqual(DEFAULT_SETTINGS);
    expect(parseNetworkTestSettings('\n# nothing\n')).toEqual(DEFAULT_SETTINGS);
  });

  it('are lines with a name and a value', () => {
    const text =
      'skip: dns, hairpin\ndegree: 3\nsettle-seconds: 90\ntries: 5\noutside: 192.0.2.1:443 [2001:db8::1]:53 example.com:80\noutside-sees: node';
    expect(parseNetworkTestSettings(text)).toEqual({
      skip: new Set(['dns', 'hairpin']),
      degree: 3,
      settleMs: 90_000,
      tries: 5,
      outside: [
        { host: '192.0.2.1', port: 443 },
        { host: '2001:db8::1', port: 53 },
        { host: 'example.com', port: 80 },
      ],
      outsideSees: 'node',
    });
  });

  it('name the only scenarios, or those to leave out', () => {
    const { skip } = parseNetworkTestSettings('only: pod-same-node dns');
    expect(SCENARIO_NAMES.filter((name) => !skip.has(name))).toEqual(['pod-same-node', 'dns']);
  });

  it.each([
    ['speed: 3', 'the line “speed: 3”'],
    ['degree 3', 'the line “degree 3”'],
    ['degree: 0', 'degree “0”'],
    ['degree: many', 'degree “many”'],
    ['skip: dsn', '“dsn” is no scenario'],
    ['skip: dns\nskip: udp', 'skip is there twice'],
    ['skip: dns\nonly: udp', 'only and skip'],
    ['outside: 192.0.2.1', 'outside “192.0.2.1”'],
    ['outside: a;reboot:80', 'outside “a;reboot:80”'],
    ['outside-sees: me\noutside: a:80', 'outside-sees “me” is neither'],
    ['outside-sees: node', 'outside-sees says what nobody sees'],
    ['outside: 192.0.2.1:70000', 'outside “192.0.2.1:70000”'],
  ])('%j is refused', (text, said) => {
    expect(() => parseNetworkTestSettings(text)).toThrow(InputError);
    expect(() => parseNetworkTestSettings(text)).toThrow(said);
  });
});
