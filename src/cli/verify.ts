/** `verify FILE…`: certificate or message, told apart by content; one verdict per file, and the worst exit code of all. */
import { writeFile } from 'node:fs/promises';
import type { Finding, Status } from '../findings/finding.js';
import type { Judged } from '../http/evidence.js';
import { toJson } from '../http/json.js';
import { inWords, recognise } from '../http/recognise.js';
import { verifyCertificate } from '../verify/certificate.js';
import { verifyMessage } from '../verify/message.js';
import { createTrust, type Trust, type TrustInput } from '../verify/snapshot.js';
import type { MessageVerdict, ValidationTime, Verdict } from '../verify/types.js';
import { atMostOneStandardInput, fileLimits, readInput, reasonOf } from './files.js';
import { CliError, type ExitCode, exitCode, type Io, unreadable, usageError, worst } from './io.js';
import { paint } from './paint.js';
import { renderMessageVerdict, renderVerdict } from './render-verdict.js';
import { commandMaterial } from './trust.js';
import { certificateRequestOf, messageRequestOf, readTimes, type VerifyOptions } from './verify-options.js';

interface Work {
  options: VerifyOptions;
  trust: Trust;
  material: TrustInput;
  time: ValidationTime;
  evidence: { intermediates: Uint8Array[]; crls: Uint8Array[] };
  content: Uint8Array | undefined;
}

const byStatus: Record<Status, ExitCode> = {
  valid: exitCode.valid,
  invalid: exitCode.invalid,
  indeterminate: exitCode.indeterminate,
};

export async function verify(paths: string[], options: VerifyOptions, io: Io): Promise<number> {
  const time = readTimes(options, io.now());
  const { crl, untrusted, anchor, content } = options;
  atMostOneStandardInput([...paths, ...crl, ...untrusted, ...anchor, ...(content === undefined ? [] : [content])]);
  for (const name of ['content', 'evidence'] as const) {
    if (options[name] !== undefined && paths.length > 1)
      throw usageError(`--${name} belongs to one FILE; found several`);
  }
  const evidence = {
    intermediates: await Promise.all(untrusted.map((path) => readInput(path, io, fileLimits.certificate))),
    crls: await Promise.all(crl.map((path) => readInput(path, io, fileLimits.crl))),
  };
  const material = await commandMaterial(options, io);
  const work: Work = {
    options,
    time,
    evidence,
    material,
    trust: createTrust(material),
    content: content === undefined ? undefined : await readInput(content, io),
  };
  const codes: ExitCode[] = [];
  for (const [index, path] of paths.entries()) {
    if (index > 0 && options.json !== true) io.stdout('\n');
    codes.push(await verifyFile(path, work, io));
  }
  return worst(codes);
}

/** A file that cannot be read does not keep the others from being judged. */
async function verifyFile(path: string, work: Work, io: Io): Promise<ExitCode> {
  try {
    const bytes = await readInput(path, io);
    const judged = judge(path, bytes, work);
    const { verdict } = judged;
    if (work.options.evidence !== undefined) await saveEvidence(work.options.evidence, judged, work);
    io.stdout(work.options.json === true ? `${toJson(verdict, 2)}\n` : render(path, verdict, io));
    return byStatus[verdict.status];
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== exitCode.unreadable) throw error;
    io.stderr(`unify-pki: ${error.message}\n`);
    return error.exit;
  }
}

function judge(path: string, bytes: Uint8Array, work: Work): Judged {
  const { options, trust, time, evidence } = work;
  if (isMessage(path, bytes, options)) {
    const request = messageRequestOf(bytes, work.content, options, evidence);
    const verdict = verifyMessage(request, trust, time);
    refuse(path, verdict.findings, 'cms_malformed', bytes);
    return { kind: 'message', request, verdict };
  }
  const request = certificateRequestOf(bytes, options, evidence);
  const verdict = verifyCertificate(request, trust, time);
  refuse(path, verdict.findings, 'certificate_malformed', bytes);
  return { kind: 'certificate', request, verdict };
}

/** Never over another file: it may be the evidence of another day. */
async function saveEvidence(path: string, judged: Judged, { time, material }: Work): Promise<void> {
  const { createEvidence } = await import('../http/evidence.js');
  try {
    await writeFile(path, `${JSON.stringify(createEvidence(judged, time, material))}\n`, { flag: 'wx' });
  } catch (error) {
    throw usageError(`--evidence: ${path} cannot be written (${reasonOf(error)})`);
  }
}

/** A bundle without signers (.p7b, .p7c) counts as its certificates, unless an option or name speaks of a message. */
function isMessage(path: string, bytes: Uint8Array, options: VerifyOptions): boolean {
  if (options.content !== undefined || options.from !== undefined) return true;
  const kind = recognise(bytes);
  return kind === 'mail' || kind === 'signed message' || (kind === 'certificates' && /\.(p7m|p7s|eml)$/i.test(path));
}

function refuse(path: string, findings: readonly Finding[], code: string, bytes: Uint8Array): void {
  const finding = findings.find((f) => f.code === code && f.severity === 'error');
  if (finding === undefined) return;
  const kind = recognise(bytes);
  const other = !['unknown', 'certificate', 'certificates', 'signed message', 'mail'].includes(kind);
  throw unreadable(
    `${path}: ${other ? `expected a certificate or a signed message, found ${inWords[kind]}` : finding.message} [${code}]`,
  );
}

function render(path: string, verdict: Verdict | MessageVerdict, io: Io): string {
  const colours = paint(io.colours);
  return 'signers' in verdict ? renderMessageVerdict(path, verdict, colours) : renderVerdict(path, verdict, colours);
}
