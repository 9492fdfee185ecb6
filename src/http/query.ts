/**
 * The options of raw bodies: query parameters of the same names as the JSON fields, `dns`, `ip` and `mailbox` for
 * `identity`, lists by repetition. They become the same value that a JSON body would have been, so that one schema
 * judges both.
 */
import { Problem } from './problem.js';

const lists = new Set(['intermediates', 'crls', 'keyUsage', 'extendedKeyUsage', 'initialPolicySet']);
const policy = new Set([
  'initialPolicySet',
  'initialExplicitPolicy',
  'initialPolicyMappingInhibit',
  'initialAnyPolicyInhibit',
]);
const identities = new Set(['dns', 'ip', 'mailbox']);

export function fieldsOfQuery(query: URLSearchParams): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const policyFields: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    const value = lists.has(name) ? values : scalar(name, single(name, values));
    if (identities.has(name)) {
      if (fields.identity !== undefined) {
        throw new Problem('request_malformed', 'expected one of dns, ip and mailbox; found several', { field: name });
      }
      fields.identity = { type: name, value };
    } else if (policy.has(name)) policyFields[name] = value;
    else fields[name] = value;
  }
  if (Object.keys(policyFields).length > 0) fields.policy = policyFields;
  return fields;
}

function single(name: string, values: string[]): string {
  if (values.length > 1) {
    throw new Problem('request_malformed', `expected the parameter once, found it ${values.length} times`, {
      field: name.replace(/[^\w-]/g, '?').slice(0, 40),
    });
  }
  return values[0] as string;
}

/** Query parameters are text; those that the schema wants as number or truth value are read here, others stay. */
function scalar(name: string, value: string): unknown {
  if (name === 'maxIntermediates') return /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (name === 'evidence' || policy.has(name)) return value === 'true' ? true : value === 'false' ? false : value;
  if (name === 'from' && value === 'false') return false;
  return value;
}
