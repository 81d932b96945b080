import { measureWaves } from './waves.js';

const [count = '1000', ...words] = process.argv.slice(2);
const nodes = Number(count);
const isLikeReal = words.includes('like-real');
const controllerRate = words.includes('raised-rate') ? 'raised' : 'default';
const measured = await measureWaves(nodes, { isLikeReal, controllerRate });
const { controllerSeconds, wavesSeconds, wavesCpuSeconds, canarySeconds, badImageSeconds } = measured;
const ratio = (seconds: number): string => (seconds / controllerSeconds).toFixed(2);
process.stdout.write(
  [
    `calico-node on ${nodes} light nodes, a tenth at a time, pods ${isLikeReal ? 'as slow as real ones' : 'as fast as can be'}, controllers at ${controllerRate === 'raised' ? 'a raised' : 'their default'} rate of requests: waves ${wavesSeconds.toFixed(0)} s, ${canarySeconds.toFixed(0)} s of it the canary, ${wavesCpuSeconds.toFixed(0)} s of work of this process; the DaemonSet controller by itself ${controllerSeconds.toFixed(0)} s; ratio ${ratio(wavesSeconds)}, without the canary ${ratio(wavesSeconds - canarySeconds)} (goal ≤ 1.1)`,
    `an image that does not pull: its wave has failed after ${badImageSeconds.toFixed(1)} s of the 300 s of a stage (goal ≤ 30)`,
    '',
  ].join('\n'),
);
