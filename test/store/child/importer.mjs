/**
 * Child of crash.test.ts, from the built program, which starts fast: imports CRLs as the service does, one file after another,
 * and says of each when it was acknowledged. Message: { folder, catalogue, files }.
 */
import { readFile } from 'node:fs/promises';
import { createGuard } from '../../../dist/net/guard.js';
import { importCrl } from '../../../dist/refresh/bring.js';
import { openStore } from '../../../dist/store/open.js';
import { loadCatalogue } from '../../../dist/trust/catalogue.js';

process.once('message', async ({ folder, catalogue, files }) => {
  const store = await openStore({ folder });
  const deps = { store, guard: createGuard(), catalogues: [loadCatalogue(catalogue)], now: Date.now };
  process.send({ started: true });
  for (const file of files) {
    const [answer] = await importCrl(deps, new Uint8Array(await readFile(file)), 'imported');
    if (answer?.ok !== true) throw new Error(`refused: ${answer?.code}`);
    process.send({ acknowledged: answer.record.sha256 });
  }
  // Waits to be killed.
  process.once('disconnect', () => process.exit());
});
