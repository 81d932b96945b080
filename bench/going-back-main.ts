import { measureGoingBack } from './going-back.js';

const { nodes, begunSeconds, overSeconds } = await measureGoingBack(Number(process.argv[2] ?? '1000'));
process.stdout.write(
  `an image that does not pull, on ${nodes} light nodes: the way back begins ${begunSeconds.toFixed(1)} s after the first wave, of the 300 s of a stage (goal ≤ 30), and is over after ${overSeconds.toFixed(1)} s\n`,
);
