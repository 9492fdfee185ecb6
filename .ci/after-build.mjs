// Ends a build: the executable is made executable, and a stamp says when the build was.
import { chmodSync, existsSync, writeFileSync } from 'node:fs';

if (existsSync('dist/main.js')) chmodSync('dist/main.js', 0o755);
writeFileSync('dist/.built', '');
