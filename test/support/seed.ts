/** Property tests are the same in every run, so that a red one can be looked at; FUZZ_SEED chooses other inputs. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 20_260_601) });
