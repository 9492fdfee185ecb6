/**
 * `replay FILE`: judges again what an evidence bundle holds, with no network and no store. Where the answer is another
 * than the one that was saved, both are shown with what differs; the exit code is the worse of the two.
 */
import type { Status } from '../findings/finding.js';
import { type Replay, replayEvidence } from '../http/evidence.js';
import { verdictJson } from '../http/json.js';
import { parseJsonFile, readInput } from './files.js';
import { type ExitCode, exitCode, type Io, unreadable, worst } from './io.js';
import { paint } from './paint.js';
import { renderMessageVerdict, renderVerdict } from './render-verdict.js';

/** A bundle carries whole CRLs in base64; a text longer than this is more than the runtime takes as one string. */
const maximumBundle = 500 * 1024 * 1024;

export async function replay(path: string, options: { json?: boolean }, io: Io): Promise<number> {
  const json = parseJsonFile(await readInput(path, io, maximumBundle), path);
  let result: Replay;
  try {
    result = replayEvidence(json);
  } catch (error) {
    if (error instanceof TypeError) throw unreadable(`${path}: ${error.message}`);
    throw error;
  }
  const { verdict, recorded, same, differing, engine, runtimeDiffers } = result;
  if (options.json === true) {
    const shown = {
      same,
      differing,
      engine,
      runtimeDiffers,
      verdict: verdictJson(verdict),
      ...(same ? {} : { recorded }),
    };
    io.stdout(`${JSON.stringify(shown, undefined, 2)}\n`);
  } else {
    const colours = paint(io.colours);
    const text =
      'signers' in verdict ? renderMessageVerdict(path, verdict, colours) : renderVerdict(path, verdict, colours);
    io.stdout(`${text}\n${comparison(result)}\n`);
  }
  return same ? code(verdict.status) : worst([code(verdict.status), code(recorded.status)]);
}

function comparison({ same, recorded, verdict, differing, engine, runtimeDiffers }: Replay): string {
  if (same) return 'The verdict is the one that was saved, to the byte.';
  const lines = [
    `The verdict is not the one that was saved: saved ${String(recorded.status)}, now ${verdict.status}.`,
    `Differing: ${differing.join(', ')}.`,
  ];
  if (engine.recorded !== engine.now) lines.push(`Saved by engine ${engine.recorded}, judged by ${engine.now}.`);
  if (runtimeDiffers) lines.push('The runtime can compute other algorithms than the one of then.');
  return lines.join('\n');
}

const code = (status: unknown): ExitCode =>
  ['valid', 'invalid', 'indeterminate'].includes(status as string) ? exitCode[status as Status] : exitCode.internal;
