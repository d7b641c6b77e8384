// Official descriptions of interfaces: GitHub's (OpenAPI 3), Okta's (Swagger 2), or any in a file.
import { readFileSync } from 'node:fs';
import { text } from './packages.mjs';

const KNOWN = {
  // The one for Enterprise Cloud: all of the plain one, and what organizations of enterprises have.
  github: '@octokit/openapi/generated/ghec.json',
  okta: '@okta/openapi/dist/spec.json',
};

/** A description, by its name or its file. */
export function read(name) {
  return JSON.parse(KNOWN[name] ? text(KNOWN[name]) : readFileSync(name, 'utf8'));
}

/** What a reference such as `#/components/schemas/team` points at. */
export function target(description, reference) {
  let at = description;
  for (const step of reference.replace(/^#\//, '').split('/')) {
    at = at?.[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  if (at === undefined) throw new Error(`${reference} points at nothing`);
  return at;
}

/** A value, or what it refers to. */
export function resolved(description, value) {
  let at = value;
  while (at?.$ref) at = target(description, at.$ref);
  return at;
}

const anyNames = (path) => path.replace(/\{[^}]*\}/g, '{}');

/**
 * The described operations among `METHOD /path/{template}`, whatever their placeholders are called:
 * their words, their paths and methods in the description, what is described; and the words that
 * the description does not know.
 */
export function operations(description, words) {
  const paths = new Map(Object.keys(description.paths).map((path) => [anyNames(path), path]));
  const found = [];
  const unknown = [];
  for (const word of words) {
    const [method, template] = word.split(' ');
    const path = template && paths.get(anyNames(template));
    const operation = path && description.paths[path][method.toLowerCase()];
    if (operation) found.push({ word, path, method: method.toLowerCase(), operation });
    else unknown.push(word);
  }
  return { found, unknown };
}

/** The JSON answer of an operation that went well: its schema and its examples by name. */
export function answer(description, operation) {
  const status = Object.keys(operation.responses).find((code) => /^2/.test(code));
  const response = resolved(description, operation.responses[status]);
  const json = response?.content?.['application/json'];
  const schema = json?.schema ?? response?.schema;
  if (!schema) return undefined;
  const examples = {};
  for (const [name, example] of Object.entries(json?.examples ?? {})) {
    examples[name] = resolved(description, example).value;
  }
  if (json?.example !== undefined) examples.example = json.example;
  return { schema, examples };
}
