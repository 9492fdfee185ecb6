/**
 * Name constraints (RFC 5280 §4.2.1.10; §6.1.3 (b), (c); §6.1.4 (g)) over a path, from the anchor down. The caller adds the
 * constraints of each authority and checks each certificate below, but for self-issued ones that are not the last.
 *
 * permitted_subtrees is kept as one list for each authority and form: a name must be within one subtree of each list, which
 * is the intersection of §6.1.4 (g)(1) without computing it. excluded_subtrees is the union. What one form means is in
 * names/constraint.ts. Forms that cannot be compared are refused where such a name is constrained (§4.2.1.10).
 *
 * Beyond the RFC: emailAddress attributes count whenever no alternative name is a mailbox, as they do for identities; and
 * without a dNSName, common names of the end entity shaped as host names count as such, because old software reads them so.
 */
import { type Finding, finding } from '../findings/finding.js';
import {
  type ConstrainedName,
  constrainedNames,
  formOfTag,
  type NameForm,
  readSubtree,
  type Subtree,
  unusableSubtree,
} from '../names/constraint.js';
import type { Certificate } from '../x509/certificate.js';
import type { NameConstraints } from '../x509/extensions.js';
import type { GeneralName } from '../x509/name.js';
import { type Budget, budgetFinding, spend } from './budget.js';

/** Names × subtrees of one form in one certificate. OpenSSL and BoringSSL draw the line at 2^20 too. */
const maximumComparisons = 2 ** 20;

interface FormConstraints {
  /** One list for each authority that permits subtrees of this form. */
  readonly permitted: Subtree[][];
  readonly excluded: Subtree[];
}

export class NameConstraintsState {
  #forms: Map<NameForm, FormConstraints> | undefined;

  /** §6.1.4 (g). `certificateIndex` is that of the authority. Constraints that cannot be applied are findings. */
  add(constraints: NameConstraints | undefined, certificateIndex?: number): readonly Finding[] {
    if (constraints === undefined) return none;
    this.#forms ??= new Map();
    return addConstraints(this.#forms, constraints, certificateIndex);
  }

  /** §6.1.3 (b) and (c). At most one finding for each form. */
  check(certificate: Certificate, certificateIndex: number, budget: Budget): readonly Finding[] {
    return this.#forms === undefined ? none : checkNames(this.#forms, certificate, certificateIndex, budget);
  }
}

const none: readonly Finding[] = [];

export function createNameConstraints(): NameConstraintsState {
  return new NameConstraintsState();
}

function addConstraints(
  forms: Map<NameForm, FormConstraints>,
  { permittedSubtrees, excludedSubtrees }: NameConstraints,
  certificate: number | undefined,
): Finding[] {
  const findings: Finding[] = [];
  const ofForm = (form: NameForm): FormConstraints => {
    const known = forms.get(form);
    if (known !== undefined) return known;
    const fresh: FormConstraints = { permitted: [], excluded: [] };
    forms.set(form, fresh);
    return fresh;
  };
  const read = (base: GeneralName): { form: NameForm; subtree: Subtree } => {
    const form = formOfTag(base.tag);
    const subtree = readSubtree(base);
    if (subtree !== undefined) return { form, subtree };
    // One finding says it; the subtree stays in the list and permits nothing.
    if (findings.length === 0) {
      findings.push(finding('name_constraints_malformed', { detail: `a ${form} subtree is none` }, { certificate }));
    }
    return { form, subtree: unusableSubtree };
  };
  const permitted = new Map<NameForm, Subtree[]>();
  for (const base of permittedSubtrees) {
    const { form, subtree } = read(base);
    const list = permitted.get(form);
    if (list === undefined) permitted.set(form, [subtree]);
    else list.push(subtree);
  }
  for (const [form, list] of permitted) ofForm(form).permitted.push(list);
  for (const base of excludedSubtrees) {
    const { form, subtree } = read(base);
    ofForm(form).excluded.push(subtree);
  }
  return findings;
}

function checkNames(
  forms: ReadonlyMap<NameForm, FormConstraints>,
  certificate: Certificate,
  certificateIndex: number,
  budget: Budget,
): Finding[] {
  const at = { certificate: certificateIndex };
  const findings: Finding[] = [];
  for (const [form, constraints] of forms) {
    const names = constrainedNames(certificate, form, certificateIndex === 0);
    if (names === undefined) {
      findings.push(finding('name_constraint_unsupported', { form }, at));
      continue;
    }
    const subtrees = constraints.permitted.reduce((sum, list) => sum + list.length, constraints.excluded.length);
    const comparisons = names.length * subtrees;
    if (comparisons > maximumComparisons) {
      findings.push(finding('budget_exceeded', { budget: `comparisons of ${form}`, limit: maximumComparisons }, at));
      continue;
    }
    if (!spend(budget, budget.nameComparisons, comparisons)) {
      const exceeded = budgetFinding(budget, 'nameComparisons', certificateIndex);
      return exceeded === undefined ? findings : [...findings, exceeded];
    }
    for (const name of names) {
      const code = judge(name.read(), constraints);
      if (code === undefined) continue;
      findings.push(finding(code, { form, name: name.format() }, at));
      break;
    }
  }
  return findings;
}

function judge(name: ConstrainedName, { permitted, excluded }: FormConstraints) {
  if (excluded.some((subtree) => subtree.excludes(name))) return 'name_excluded';
  if (!permitted.every((list) => list.some((subtree) => subtree.permits(name)))) return 'name_not_permitted';
  return undefined;
}
