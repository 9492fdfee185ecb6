/**
 * A small PKI in which one thing at a time goes wrong: root, authority, end entity, a CRL from each, and every part of it open to
 * change. What is not changed is right, so what is found is what was changed.
 */
import {
  type CertificateRequest,
  createTrust,
  type Finding,
  type TrustInput,
  type ValidationTime,
  type Verdict,
  verifyCertificate,
} from '../../src/index.js';
import {
  type CertificateInput,
  type CrlInput,
  type Issued,
  issueCertificate,
  issueCrl,
  sharedKeys,
} from '../../src/stand-in/index.js';

export const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
export const now = new Date('2026-06-01T12:00:00Z');

export interface Change extends Partial<CertificateInput> {}

export interface Lab {
  root?: Change;
  authority?: Change;
  leaf?: Change;
  /** Of the authority's CRL; false: none. */
  crl?: Partial<CrlInput> | false;
  request?: Partial<CertificateRequest>;
  trust?: Partial<TrustInput>;
  time?: Partial<ValidationTime>;
}

export interface Made {
  root: Issued;
  authority: Issued;
  leaf: Issued;
  crls: Uint8Array[];
}

const signing = ['keyCertSign', 'cRLSign'] as const;

export function makeRoot({ extensions, ...more }: Change = {}): Issued {
  return issueCertificate({
    subject: 'C=DE,O=Lab,CN=Root',
    keys: sharedKeys('ec-p256', 'lab root'),
    notBefore: day('2010-01-01'),
    notAfter: day('2040-01-01'),
    extensions: { basicConstraints: { ca: true }, keyUsage: [...signing], ...extensions },
    ...more,
  });
}

export function makeAuthority(issuer: Issued, { extensions, ...more }: Change = {}): Issued {
  return issueCertificate({
    subject: 'C=DE,O=Lab,CN=Authority',
    issuer,
    keys: sharedKeys('ec-p256', 'lab authority'),
    notBefore: day('2010-01-01'),
    notAfter: day('2040-01-01'),
    extensions: { basicConstraints: { ca: true }, keyUsage: [...signing], ...extensions },
    ...more,
  });
}

export function makeLeaf(issuer: Issued, { extensions, ...more }: Change = {}): Issued {
  return issueCertificate({
    subject: 'CN=leaf.example',
    issuer,
    keys: sharedKeys('ec-p256', 'lab leaf'),
    notBefore: day('2010-01-01'),
    notAfter: day('2040-01-01'),
    extensions: {
      basicConstraints: {},
      keyUsage: ['digitalSignature'],
      subjectAltName: [{ dns: 'leaf.example' }],
      ...extensions,
    },
    ...more,
  });
}

export function makeCrl(issuer: Issued, more: Partial<CrlInput> = {}): Uint8Array {
  return issueCrl({ issuer, thisUpdate: day('2026-05-30'), nextUpdate: day('2026-06-09'), crlNumber: 5, ...more });
}

export function make(lab: Lab = {}): Made {
  const root = makeRoot(lab.root);
  const authority = makeAuthority(root, lab.authority);
  const leaf = makeLeaf(authority, lab.leaf);
  const crls = [makeCrl(root), ...(lab.crl === false ? [] : [makeCrl(authority, lab.crl)])];
  return { root, authority, leaf, crls };
}

/** The verdict about the end entity of a lab, or about what the request names instead. */
export function judge(lab: Lab = {}, made: Made = make(lab)): Verdict {
  const { root, authority, leaf, crls } = made;
  const trust = createTrust({
    anchors: [root.certificate],
    intermediates: [authority.certificate],
    crls,
    ...lab.trust,
  });
  return verifyCertificate({ certificate: leaf.certificate, ...lab.request }, trust, { now, ...lab.time });
}

export const found = (lab: Lab = {}, made?: Made): Finding[] => judge(lab, made ?? make(lab)).findings;
