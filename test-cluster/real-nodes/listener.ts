/**
 * Makes a listener at an address of the network that it runs in, and hands it to the process that started it:
 * `node listener.ts ADDRESS`. Ends when that one disconnects.
 */
import { createServer } from 'node:net';

const [address] = process.argv.slice(2);

process.once('disconnect', () => process.exit());
const listener = createServer().listen(0, address, () => {
  process.send?.('listener', listener);
});
