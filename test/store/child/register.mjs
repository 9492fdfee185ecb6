/** Lets a child process run the sources as they are: TypeScript is transpiled as it is loaded, `x.js` means `x.ts`. */
import { register } from 'node:module';

register('./loader.mjs', import.meta.url);
