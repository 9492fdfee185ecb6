/** Runs the store's contract on both engines. */
import { contract } from './contract.js';
import { engines } from './engines.js';

for (const engine of await engines()) contract(engine);
