/**
 * Asks the cases of a suite and compares: with what the suite expects, with the divergence list, and a refusal's findings
 * with the stated reason. Pure: cases in, results out; suites/ reads the vectors, table.ts prints.
 */
import type { Finding } from '../../src/findings/finding.js';
import {
  createTrust,
  indexCrl,
  inspectCertificate,
  type MessageVerdict,
  verifyCertificate,
  verifyMessage,
} from '../../src/index.js';
import type { ConformanceCase, SuiteName } from './case.js';
import { type Divergence, divergences, type OtherReason, otherReasons } from './divergence.js';

type Status = 'valid' | 'invalid' | 'indeterminate';

export interface Answer {
  status: Status;
  /** Codes of the findings that are errors, most telling first. */
  errors: string[];
  /** Anchors and intermediates that were left out because they cannot be read: why a path may be missing. */
  leftOut?: string[];
  /** Messages: whether the signature itself is right, whatever the path. */
  signature?: Status;
  /** What no input may cause: an exception, or a budget overrun where none is expected. */
  trouble?: string;
}

export interface Result {
  case: ConformanceCase;
  answer: Answer;
  /** The suite's expectation is met: *valid* is valid, *invalid* is anything else. */
  agrees: boolean;
  divergence?: Divergence;
  /** Refusals that agree: whether an error is among the findings that say the stated reason. */
  forStatedReason?: boolean;
  otherReason?: OtherReason;
}

export interface SuiteResult {
  suite: SuiteName;
  results: Result[];
  outOfScope: number;
}

export function runSuite(suite: SuiteName, cases: readonly ConformanceCase[]): SuiteResult {
  const asked = cases.filter((test) => test.outOfScope === undefined);
  return { suite, results: asked.map(judge), outOfScope: cases.length - asked.length };
}

export function judge(test: ConformanceCase): Result {
  const answer = ask(test);
  const agrees = answer.trouble === undefined && (answer.status === 'valid') === (test.expected === 'valid');
  const isThis = (entry: { suite: SuiteName; cases: readonly string[] }) =>
    entry.suite === test.suite && entry.cases.includes(test.id);
  const divergence = divergences.find(isThis);
  const otherReason = otherReasons.find(isThis);
  const forStatedReason =
    agrees && test.reasonCodes !== undefined
      ? test.reasonCodes.some((code) => answer.errors.includes(code) || answer.leftOut?.includes(code))
      : undefined;
  return {
    case: test,
    answer,
    agrees,
    ...(divergence === undefined ? {} : { divergence }),
    ...(forStatedReason === undefined ? {} : { forStatedReason }),
    ...(otherReason === undefined ? {} : { otherReason }),
  };
}

function ask(test: ConformanceCase): Answer {
  try {
    switch (test.question.kind) {
      case 'certificate': {
        const verdict = verifyCertificate(test.question.request, createTrust(test.trustInput), test.time);
        return { status: verdict.status, errors: errorsOf(verdict.findings), leftOut: leftOut(verdict.findings) };
      }
      case 'message':
        return messageAnswer(verifyMessage(test.question.request, createTrust(test.trustInput), test.time));
      case 'parse':
        return parseAnswer(test.question.bytes, test);
      case 'crash':
        return crashAnswer(test.question.bytes, test);
    }
  } catch (error) {
    return {
      status: 'invalid',
      errors: [],
      trouble: error instanceof Error ? (error.stack ?? error.message) : 'threw',
    };
  }
}

function errorsOf(findings: readonly Finding[]): string[] {
  return findings.filter((finding) => finding.severity === 'error').map((finding) => finding.code);
}

function leftOut(findings: readonly Finding[]): string[] {
  return findings.map((finding) => finding.code).filter((code) => /^(anchor|intermediate)_malformed$/.test(code));
}

/** Signature and trust decide; identity does not, since most of these certificates hold no mailbox. */
function messageAnswer(verdict: MessageVerdict): Answer {
  const [signer] = verdict.signers;
  if (signer === undefined) return { status: verdict.status, errors: errorsOf(verdict.findings) };
  const signature = signer.signature.status;
  return {
    status: signature === 'valid' ? signer.trust.status : signature,
    errors: [...new Set([...errorsOf(signer.trust.findings), ...errorsOf(signer.findings)])],
    signature,
  };
}

/** Errors that refuse a certificate for how it is made, whatever the path. */
const refusals = new Set(['certificate_malformed', 'extension_not_allowed', 'name_constraints_malformed']);

/** With no anchor nothing is *valid*: what counts is whether the certificate was read. Inspection must agree. */
function parseAnswer(bytes: Uint8Array, test: ConformanceCase): Answer {
  const request = { certificate: bytes, revocation: 'off' } as const;
  const errors = errorsOf(verifyCertificate(request, createTrust(test.trustInput), test.time).findings);
  const inspected = inspectCertificate(bytes).findings.some((finding) => finding.code === 'certificate_malformed');
  const answer: Answer = { status: errors.some((code) => refusals.has(code)) ? 'invalid' : 'valid', errors };
  if (inspected !== errors.includes('certificate_malformed')) answer.trouble = 'inspection and verification disagree';
  return answer;
}

/** The bytes in every place that takes bytes. That an answer comes at all is the test. */
function crashAnswer(bytes: Uint8Array, test: ConformanceCase): Answer {
  const trust = createTrust({ anchors: [bytes], intermediates: [bytes], crls: [bytes, indexCrl(bytes)] });
  const verdicts = [
    verifyCertificate({ certificate: bytes, intermediates: [bytes], crls: [bytes] }, trust, test.time),
    verifyCertificate({ certificate: bytes, conformance: 'strict', algorithms: 'legacy' }, trust, test.time),
    verifyMessage({ message: bytes, content: bytes, intermediates: [bytes], crls: [bytes] }, trust, test.time),
  ];
  inspectCertificate(bytes, trust);
  const errors = [...new Set(verdicts.flatMap((verdict) => errorsOf(verdict.findings)))];
  return {
    status: 'invalid',
    errors,
    ...(errors.includes('budget_exceeded') ? { trouble: 'a seed exceeded a budget' } : {}),
  };
}
