import { measureWaves } from './waves.js';

const nodes = Number(process.argv[2] ?? '1000');
const { controllerSeconds, wavesSeconds, badImageSeconds } = await measureWaves(nodes);
process.stdout.write(
  [
    `calico-node on ${nodes} light nodes, a tenth at a time: waves ${wavesSeconds.toFixed(0)} s, the DaemonSet controller by itself ${controllerSeconds.toFixed(0)} s, ratio ${(wavesSeconds / controllerSeconds).toFixed(2)} (goal ≤ 1.1)`,
    `an image that does not pull: its wave has failed after ${badImageSeconds.toFixed(1)} s of the 300 s of a stage (goal ≤ 30)`,
    '',
  ].join('\n'),
);
