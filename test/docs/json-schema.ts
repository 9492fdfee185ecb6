/**
 * As much of JSON Schema 2020-12 as certs/catalogue.schema.json uses. An unknown keyword throws, so that the schema cannot
 * come to say what is not checked here.
 */
type Schema = Readonly<Record<string, unknown>>;

const annotations = new Set([
  '$schema',
  '$id',
  '$defs',
  'title',
  'description',
  'examples',
  'default',
  'format',
  '$comment',
]);

/** Where and why a value does not fit, empty where it does. */
export function schemaErrors(schema: Schema, value: unknown, root: Schema = schema, at = '$'): string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    if (annotations.has(keyword)) return [];
    const check = keywords[keyword];
    if (check === undefined) throw new TypeError(`the schema uses ${keyword}, which this check does not know`);
    return check(rule as never, value, { root, at, schema });
  });
}

interface Place {
  readonly root: Schema;
  readonly at: string;
  readonly schema: Schema;
}
type Check = (rule: never, value: unknown, place: Place) => string[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

const unless = (good: boolean, { at }: Place, what: string): string[] => (good ? [] : [`${at}: ${what}`]);

const keywords: Record<string, Check> = {
  $ref: (path: string, value, { root, at }) => {
    const target = path
      .slice(2)
      .split('/')
      .reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), root);
    return schemaErrors(target as Schema, value, root, at);
  },
  type: (type: string, value, place) =>
    unless(typeOf(value) === type || (type === 'number' && typeof value === 'number'), place, `expected ${type}`),
  const: (wanted: unknown, value, place) => unless(value === wanted, place, `expected ${JSON.stringify(wanted)}`),
  enum: (choices: unknown[], value, place) =>
    unless(choices.includes(value), place, `expected one of ${choices.join(', ')}`),
  pattern: (pattern: string, value, place) =>
    unless(typeof value !== 'string' || new RegExp(pattern, 'u').test(value), place, `expected ${pattern}`),
  minimum: (minimum: number, value, place) =>
    unless(typeof value !== 'number' || value >= minimum, place, `expected at least ${minimum}`),
  minItems: (minimum: number, value, place) =>
    unless(!Array.isArray(value) || value.length >= minimum, place, `expected at least ${minimum}`),
  items: (items: Schema, value, { root, at }) =>
    Array.isArray(value) ? value.flatMap((item, index) => schemaErrors(items, item, root, `${at}[${index}]`)) : [],
  required: (names: string[], value, place) =>
    isObject(value) ? names.flatMap((name) => unless(value[name] !== undefined, place, `${name} is missing`)) : [],
  properties: (properties: Record<string, Schema>, value, { root, at }) =>
    isObject(value)
      ? Object.entries(properties).flatMap(([name, schema]) =>
          value[name] === undefined ? [] : schemaErrors(schema, value[name], root, `${at}.${name}`),
        )
      : [],
  additionalProperties: (allowed: boolean, value, place) => {
    const known = Object.keys((place.schema.properties ?? {}) as object);
    if (!isObject(value) || allowed) return [];
    return Object.keys(value).flatMap((name) => unless(known.includes(name), place, `${name} is unknown`));
  },
  anyOf: (schemas: Schema[], value, place) =>
    unless(
      schemas.some((schema) => schemaErrors(schema, value, place.root, place.at).length === 0),
      place,
      'no variant fits',
    ),
};
