/**
 * A chain as data before it is issued: certificates from the root down, CRLs, and the question asked about the leaf. A
 * sound plan is made at random here; defects.ts spoils it; issue.ts turns it into octets.
 */
import type { CrlInput } from '../../src/stand-in/crl.js';
import type { ExtensionsInput } from '../../src/stand-in/extensions.js';
import type { KeyAlgorithm, SignatureOptions } from '../../src/stand-in/keys.js';
import type { NameInput } from '../../src/stand-in/names.js';
import type { Random } from './random.js';

export interface CertificatePlan {
  subject: NameInput;
  algorithm: KeyAlgorithm;
  /** Certificates of one plan with the same slot share a key. */
  slot: string;
  serialNumber: number;
  notBefore: Date;
  notAfter: Date;
  extensions: ExtensionsInput;
  version?: 1 | 3;
  /** Issued without any extension. */
  bare?: boolean;
  signature?: SignatureOptions;
  issuerName?: NameInput;
  /** Signed with a key that is not the issuer's. */
  foreignKey?: boolean;
  /** One bit of the signature turned over. */
  tampered?: boolean;
  /** Not given to the verifiers. */
  withheld?: boolean;
}

/** The CRL of the certificate at `issuer` in the plan. */
export interface CrlPlan extends Omit<CrlInput, 'issuer' | 'entries'> {
  issuer: number;
  revoked: { certificate: number; reason?: 'keyCompromise' | 'certificateHold'; revocationDate: Date }[];
  tampered?: boolean;
  foreignKey?: boolean;
  withheld?: boolean;
}

export interface Question {
  at: Date;
  usage: 'serverAuth' | 'clientAuth' | 'emailProtection';
  dnsName?: string;
  revocation: 'require' | 'off';
  policies: string[];
  explicitPolicy: boolean;
}

/** A second certificate beside the authority at `of`, given first: the same name, and another key or another validity. */
export interface TwinPlan {
  of: number;
  otherKey: boolean;
  expired: boolean;
}

export interface Plan {
  /** Root first, leaf last. */
  certificates: CertificatePlan[];
  twins: TwinPlan[];
  crls: CrlPlan[];
  question: Question;
  defects: string[];
}

export const at = new Date('2025-06-01T12:00:00Z');
const day = 86_400_000;
export const days = (count: number): Date => new Date(at.getTime() + count * day);

const authorityAlgorithms: KeyAlgorithm[] = ['ec-p256', 'ec-p256', 'ec-p384', 'rsa-2048', 'ed25519'];
export const policy = '1.3.6.1.4.1.55555.1';

export function soundPlan(random: Random): Plan {
  const depth = random.below(4);
  const usage = random.pick(['serverAuth', 'serverAuth', 'clientAuth', 'emailProtection'] as const);
  const certificates: CertificatePlan[] = [authority('Root', 0, depth, random)];
  for (let index = 1; index <= depth; index += 1) {
    certificates.push(authority(`Authority ${index}`, index, depth, random));
  }
  certificates.push(leaf(usage, depth + 1, random));
  const crls = certificates.slice(0, -1).map((_, issuer) => soundCrl(issuer));
  const question: Question = {
    at,
    usage,
    revocation: random.chance(50) ? 'require' : 'off',
    policies: [],
    explicitPolicy: false,
  };
  if (usage === 'serverAuth' && random.chance(60)) question.dnsName = 'www.example.test';
  return { certificates, twins: [], crls, question, defects: [] };
}

function authority(name: string, index: number, depth: number, random: Random): CertificatePlan {
  const below = depth - index;
  return {
    subject: `O=Differential, CN=${name}`,
    algorithm: random.pick(authorityAlgorithms),
    slot: `authority ${index}`,
    serialNumber: 1000 + index,
    notBefore: days(-1000),
    notAfter: days(1000),
    extensions: {
      basicConstraints: random.chance(40) ? { ca: true, pathLength: below + random.below(2) } : { ca: true },
      keyUsage: ['keyCertSign', 'cRLSign'],
    },
  };
}

function leaf(usage: Question['usage'], index: number, random: Random): CertificatePlan {
  return {
    subject: 'O=Differential, CN=Leaf',
    algorithm: random.pick(['ec-p256', 'rsa-2048'] as const),
    slot: 'leaf',
    serialNumber: 1000 + index,
    notBefore: days(-100),
    notAfter: days(100),
    extensions: {
      basicConstraints: {},
      keyUsage: ['digitalSignature'],
      ...(random.chance(80) ? { extendedKeyUsage: [usage] } : {}),
      subjectAltName: [{ dns: 'www.example.test' }, { email: 'someone@example.test' }, { ip: '192.0.2.7' }],
    },
  };
}

function soundCrl(issuer: number): CrlPlan {
  return { issuer, thisUpdate: days(-1), nextUpdate: days(9), revoked: [] };
}
