/** The two judges: this verifier, and the `openssl verify` command asked the same question. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTrust, verifyCertificate } from '../../src/index.js';
import { pem } from '../../src/stand-in/asn1.js';
import type { Evidence } from './issue.js';
import type { Question } from './plan.js';

export interface Judgement {
  accepts: boolean;
  /** Codes of errors, or OpenSSL's sentence. */
  why: string;
}

export function ours(evidence: Evidence, question: Question): Judgement {
  const verdict = verifyCertificate(
    {
      certificate: evidence.leaf,
      intermediates: evidence.intermediates,
      crls: evidence.crls,
      revocation: question.revocation,
      extendedKeyUsage: [question.usage],
      policy: {
        ...(question.policies.length === 0 ? {} : { initialPolicySet: question.policies }),
        initialExplicitPolicy: question.explicitPolicy,
      },
      ...(question.dnsName === undefined ? {} : { identity: { type: 'dns', value: question.dnsName } }),
    },
    createTrust({ anchors: [evidence.root] }),
    { now: question.at, at: question.at },
  );
  const errors = verdict.findings.filter((finding) => finding.severity === 'error').map((finding) => finding.code);
  return { accepts: verdict.status === 'valid', why: errors.join(', ') };
}

const purposes = { serverAuth: 'sslserver', clientAuth: 'sslclient', emailProtection: 'smimesign' } as const;

/** Security level 2 is 112 bits, as our dated table asks of today's certificates; no strict flag, as we are tolerant. */
export function openssl(evidence: Evidence, question: Question, folder: string): Judgement {
  const file = (name: string, blocks: readonly Uint8Array[], label?: string): string => {
    const path = join(folder, name);
    writeFileSync(path, blocks.map((der) => pem(der, label)).join(''));
    return path;
  };
  const options = ['-CAfile', file('root.pem', [evidence.root]), '-no-CApath', '-no-CAstore', '-auth_level', '2'];
  options.push('-attime', String(question.at.getTime() / 1000), '-purpose', purposes[question.usage], '-policy_check');
  if (evidence.intermediates.length > 0) options.push('-untrusted', file('untrusted.pem', evidence.intermediates));
  if (question.revocation === 'require') {
    options.push('-crl_check_all', '-extended_crl');
    if (evidence.crls.length > 0) options.push('-CRLfile', file('crls.pem', evidence.crls, 'X509 CRL'));
  }
  if (question.dnsName !== undefined) options.push('-verify_hostname', question.dnsName);
  // Without -policy the command takes the user's set as empty, not as any policy.
  const policies = question.policies.length === 0 ? ['2.5.29.32.0'] : question.policies;
  for (const policy of policies) options.push('-policy', policy);
  if (question.explicitPolicy) options.push('-explicit_policy');
  const result = spawnSync('openssl', ['verify', ...options, file('leaf.pem', [evidence.leaf])], { encoding: 'utf8' });
  const sentences = [...result.stderr.matchAll(/^error \d+ at \d+ depth lookup: ?(.*)$/gm)].map((match) => match[1]);
  return { accepts: result.status === 0, why: sentences.join(', ') || result.stderr.trim().split('\n').at(-1) || '' };
}
