/** Turns a plan into octets, by the stand-in's issuer. Keys come from its pool; what a plan says is carried out, right or wrong. */
import { type Issued, issueCertificate } from '../../src/stand-in/certificate.js';
import { issueCrl } from '../../src/stand-in/crl.js';
import { sharedKeys } from '../../src/stand-in/keys.js';
import { days, type Plan } from './plan.js';

export interface Evidence {
  root: Uint8Array;
  intermediates: Uint8Array[];
  leaf: Uint8Array;
  crls: Uint8Array[];
}

export function issuePlan(plan: Plan): Evidence {
  const issued: Issued[] = [];
  for (const input of plan.certificates) {
    const { algorithm, slot, foreignKey, tampered: _, withheld: __, bare, extensions, ...rest } = input;
    const parent = issued.at(-1);
    const issuer = foreignKey && parent ? { ...parent, keys: sharedKeys(parent.keys.algorithm, 'foreign') } : parent;
    issued.push(
      issueCertificate({
        ...rest,
        ...(bare ? {} : { extensions }),
        keys: sharedKeys(algorithm, slot),
        ...(issuer === undefined ? {} : { issuer }),
      }),
    );
  }
  const octets = issued.map((one, index) => altered(one.certificate, plan.certificates[index]?.tampered));
  const crls = plan.crls.flatMap((input) => {
    const { issuer: index, revoked, tampered, foreignKey, withheld, ...rest } = input;
    const issuer = issued[index];
    if (withheld || issuer === undefined) return [];
    const keys = foreignKey ? sharedKeys(issuer.keys.algorithm, 'foreign') : issuer.keys;
    const entries = revoked.map(({ certificate, ...entry }) => ({
      serialNumber: plan.certificates[certificate]?.serialNumber ?? 999_999,
      ...entry,
    }));
    return [altered(issueCrl({ ...rest, issuer: { name: issuer.name, keys }, entries }), tampered)];
  });
  return {
    root: octets[0] ?? new Uint8Array(),
    intermediates: [
      ...twins(plan, issued),
      ...octets.slice(1, -1).filter((_, index) => !plan.certificates[index + 1]?.withheld),
    ],
    leaf: octets.at(-1) ?? new Uint8Array(),
    crls,
  };
}

function twins(plan: Plan, issued: readonly Issued[]): Uint8Array[] {
  return plan.twins.flatMap(({ of, otherKey, expired }) => {
    const input = plan.certificates[of];
    if (input === undefined) return [];
    const { algorithm, slot, subject, serialNumber, notBefore, notAfter, extensions } = input;
    const parent = issued[of - 1];
    const twin = issueCertificate({
      subject,
      serialNumber: serialNumber + 500,
      notBefore,
      notAfter: expired ? days(-10) : notAfter,
      extensions,
      keys: sharedKeys(algorithm, otherKey ? `twin of ${slot}` : slot),
      ...(parent === undefined ? {} : { issuer: parent }),
    });
    return [twin.certificate];
  });
}

/** Turns over a bit near the end: the last octets of every signature value matter. */
function altered(der: Uint8Array, doIt: boolean | undefined): Uint8Array {
  if (!doIt) return der;
  const copy = der.slice();
  const position = copy.length - 3;
  copy[position] = (copy[position] ?? 0) ^ 4;
  return copy;
}
