// Bodies made from a schema: with everything, or with only what is required; and the places in a
// body where the schema allows something else.
import { resolved } from './description.mjs';

/** Deeper than this there is only what is required; recursive schemas end there too. */
const DEEP = 7;

/** Whether `null` is allowed. */
function nullable(description, value) {
  const schema = resolved(description, value);
  if (value.nullable || schema.nullable || schema['x-nullable']) return true;
  if (schema.type === 'null' || schema.enum?.includes(null)) return true;
  if (Array.isArray(schema.type) && schema.type.includes('null')) return true;
  const one = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (one.some((inner) => nullable(description, inner))) return true;
  const all = schema.allOf ?? [];
  return all.length > 0 && all.every((inner) => nullable(description, inner));
}

/** A schema without references and `allOf`: with the properties of all its parts. */
function flat(description, value) {
  const schema = resolved(description, value);
  if (!schema.allOf) return schema;
  const merged = { ...schema, properties: { ...schema.properties }, required: [...(schema.required ?? [])] };
  delete merged.allOf;
  for (const part of schema.allOf) {
    const inner = flat(description, part);
    Object.assign(merged.properties, inner.properties);
    merged.required.push(...(inner.required ?? []));
    for (const key of ['type', 'items', 'enum', 'format', 'anyOf', 'oneOf', 'additionalProperties', 'example']) {
      merged[key] ??= inner[key];
    }
  }
  if (Object.keys(merged.properties).length === 0) delete merged.properties;
  return merged;
}

/** What a value must be, in one word. */
function typeOf(schema) {
  const type = Array.isArray(schema.type) ? schema.type.find((t) => t !== 'null') : schema.type;
  if (type) return type;
  if (schema.properties || schema.additionalProperties) return 'object';
  if (schema.items) return 'array';
  return schema.enum ? typeof schema.enum.find((v) => v !== null) : undefined;
}

const FORMATS = {
  'date-time': '2026-05-03T10:00:00Z',
  date: '2026-05-03',
  uri: 'https://example.com/a',
  'uri-template': 'https://example.com/a{/b}',
  url: 'https://example.com/a',
  email: 'ada@example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '5f2b9c1e-7a54-4d0a-9c3b-1f6d2e8a4b70',
  byte: 'YQ==',
};

/**
 * A text, number or boolean: what an example has there, since many a text that must be a time is
 * described as any text; or the description's own example of such a value.
 */
function plain(schema, type, pointer, seen) {
  const fits = (value) =>
    value !== null && value !== undefined &&
    (type === 'integer' ? Number.isInteger(value) : typeof value === type);
  if (schema.enum) return schema.enum.find((value) => value !== null);
  if (schema.const !== undefined) return schema.const;
  const told = [schema.example, schema.examples?.[0], schema.default];
  const example = [...seen, ...(schema.format in FORMATS ? [] : told)].find(fits);
  if (example !== undefined) return example;
  // Times are often described as any text.
  const format = /(_at|last_used)$/.test(pointer) ? 'date-time' : schema.format;
  switch (type) {
    case 'integer':
    case 'number':
      return schema.minimum ?? 7;
    case 'boolean':
      return true;
    default:
      return FORMATS[format] ?? 'text';
  }
}

/** What is at a pointer in some bodies. */
function at(pointer, bodies) {
  const steps = pointer.split('/').slice(1).map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'));
  return bodies.map((body) => steps.reduce((inner, step) => inner?.[step], body));
}

/**
 * A body for a schema, with values of `examples` where they have some.
 *
 * `how` is `full` (every property), `required` (only required ones) or `nulls` (only required ones,
 * null where allowed). Places where something else is allowed are added to `points`: `pointer`;
 * `required`, `nullable`; `element` (of a list or a map); `array`; `object` (with room for members
 * that are not described; `texts` when all that are there are texts); `values`, the others of an
 * enumeration; `others`, bodies of the other alternatives of `anyOf` and `oneOf`.
 */
export function build(description, schema, how, examples, points) {
  return make(schema, how, '', { required: true }, []);

  function make(value, way, pointer, facts, above) {
    const named = value.$ref ?? '';
    const point = { pointer, ...facts };
    const canBeNull = nullable(description, value);
    if (canBeNull) point.nullable = true;
    const whole = flat(description, value);
    const one = [...(whole.anyOf ?? []), ...(whole.oneOf ?? [])].filter(
      (inner) => typeOf(resolved(description, inner)) !== 'null',
    );
    // `anyOf` beside properties says which of them belong together.
    const choices = whole.properties ? [] : one;
    if (points && way === 'full') points.push(point);
    if (way === 'nulls' && canBeNull) return null;

    const ended = above.length >= DEEP || (named !== '' && above.includes(named));
    const inside = [...above, named];
    const next = way === 'full' && ended ? 'required' : way;
    if (choices.length > 0) {
      if (points && next === 'full') {
        point.others = choices.slice(1).map((inner) => quietly(inner, 'full', inside));
      }
      return first(choices[0], next, pointer, point, inside);
    }
    return fill(whole, next, pointer, point, inside);
  }

  /** The first alternative, at the place of the choice. */
  function first(choice, way, pointer, point, above) {
    const whole = flat(description, choice);
    const more = whole.properties ? [] : [...(whole.anyOf ?? []), ...(whole.oneOf ?? [])];
    if (more.length > 0) return first(more[0], way, pointer, point, above);
    return fill(whole, way, pointer, point, [...above, choice.$ref ?? '']);
  }

  function quietly(value, way, above) {
    const kept = points;
    points = undefined;
    const body = make(value, way, '', {}, above);
    points = kept;
    return body;
  }

  function fill(whole, way, pointer, point, above) {
    const type = typeOf(whole);
    if (type === 'object') {
      point.object = way === 'full';
      const body = {};
      for (const [name, inner] of Object.entries(whole.properties ?? {})) {
        const required = (whole.required ?? []).includes(name);
        if (way !== 'full' && !required) continue;
        body[name] = make(inner, way, `${pointer}/${escaped(name)}`, { required }, above);
      }
      const members = Object.values(body);
      point.texts = members.length > 0 && members.every((member) => typeof member === 'string');
      const rest = whole.additionalProperties;
      if (rest && typeof rest === 'object' && Object.keys(rest).length > 0) point.object = false;
      if (way === 'full' && rest && typeof rest === 'object') {
        body.any_name = make(rest, way, `${pointer}/any_name`, { element: true }, above);
      }
      return body;
    }
    if (type === 'array') {
      point.array = way === 'full';
      return [make(whole.items ?? {}, way, `${pointer}/0`, { element: true }, above)];
    }
    if (type === undefined) return way === 'full' ? 'anything' : {};
    const chosen = plain(whole, type, pointer, at(pointer, examples));
    if (way === 'full' && whole.enum) {
      point.values = whole.enum.filter((value) => value !== null && value !== chosen);
    }
    return chosen;
  }
}

const escaped = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');
