import { measureNetwork, NETWORK_PARTS } from './network.js';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const part = process.argv[2];
if (part === undefined) await measureNetwork(print);
else if (Object.hasOwn(NETWORK_PARTS, part)) await NETWORK_PARTS[part as keyof typeof NETWORK_PARTS](print);
else throw new Error(`There is no part “${part}”: ${Object.keys(NETWORK_PARTS).join(', ')}`);
