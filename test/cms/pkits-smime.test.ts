import { expect, test } from 'vitest';
import { readMessage } from '../../src/cms/message.js';
import { signerCertificates, verifySignerInfo } from '../../src/cms/signer.js';
import { describePublicKey, loadPublicKey } from '../../src/crypto/keys.js';
import type { Certificate } from '../../src/x509/certificate.js';
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../support/vectors.js';
import { certificatesOf } from './support.js';

/** DSA parameters of the authority in the message: one test's signer has none of its own (RFC 5280 §6.1.4 (e)). */
function inherited(pool: readonly Certificate[]): Uint8Array | undefined {
  for (const { publicKey } of pool) {
    const described = describePublicKey(publicKey);
    if (described.ok && described.value.dsaParameters !== undefined) return described.value.dsaParameters;
  }
  return undefined;
}

interface Manifest {
  cases: { file: string; test: string }[];
}

// The messages of invalid cases are signed properly too: their paths are at fault, except where the case says otherwise.
test.skipIf(!haveVectors)(`the signature values of all messages of PKITS are right (else ${vectorsAbsent})`, () => {
  const { cases } = readVectorJson<Manifest>('pkits-smime/manifest.json');
  expect(cases.length).toBe(224);
  const wrong: string[] = [];
  for (const { file, test: name } of cases) {
    const structure = readMessage(readVector(`pkits-smime/${file}`));
    expect(structure.kind, `${name}: ${JSON.stringify(structure.findings)}`).toBe('signed');
    expect(structure.form).toBe('mail');
    const { signedData } = structure;
    const pool = certificatesOf(signedData?.certificates ?? []);
    for (const signer of signedData?.signers ?? []) {
      const certificate = signerCertificates(signer, pool)[0]?.certificate;
      if (signedData === undefined) continue;
      const outcome = verifySignerInfo(signedData, signer, certificate, (info) =>
        loadPublicKey(info, inherited(pool.map((held) => held.certificate))),
      );
      if (outcome.status !== 'valid') wrong.push(`${name}: ${outcome.findings.map((f) => f.message).join()}`);
    }
  }
  expect(wrong).toEqual([]);
});
