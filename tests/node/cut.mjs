// Cuts an official description to some operations and to what they refer to: GitHub's whole one is
// too large for Prism, and refers to files that do not exist.
//
//     cut.mjs DESCRIPTION VARIANTS OUTPUT OPERATION...
//
// VARIANTS is a JSON list: the operations are there once for each, under its `prefix`. `links` says
// what lists answer in their Link header: `official` what is described, which is another host;
// `none` nothing; anything else is the header's text. `bodies` says what is answered: `official` the
// described examples; `full`, `required` or `nulls` a body made from the schema (see bodies.mjs).
//
// Prints the operations that the description does not know, one a line.
import { writeFileSync } from 'node:fs';
import { build } from './bodies.mjs';
import { answer, operations, read, resolved, target } from './description.mjs';

const [name, variants, output, ...words] = process.argv.slice(2);
const whole = read(name);
const { found, unknown } = operations(whole, words);

const cut = { paths: {} };
for (const part of ['openapi', 'swagger', 'info', 'servers']) {
  if (whole[part]) cut[part] = whole[part];
}

/** Puts a copy of what a reference points at where it was, and of what that refers to. */
function keep(reference) {
  const steps = reference.replace(/^#\//, '').split('/');
  const last = steps.pop();
  let at = cut;
  for (const step of steps) at = at[step] ??= {};
  if (last in at) return;
  at[last] = target(whole, reference);
  follow(at[last]);
}

function follow(value) {
  if (Array.isArray(value)) value.forEach(follow);
  else if (value && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (key === '$ref' && typeof inner === 'string') keep(inner);
      else follow(inner);
    }
  }
}

/** An answer as a variant has it: with another body, and another link to a next page. */
function asked(operation, described, { links, bodies }) {
  const response = { ...resolved(whole, described) };
  const json = response.content?.['application/json'];
  if (bodies !== 'official' && json) {
    const { schema, examples: seen } = answer(whole, operation);
    const value = build(whole, schema, bodies, Object.values(seen));
    response.content = { 'application/json': { schema: json.schema, examples: { made: { value } } } };
  }
  if (links !== 'official' && response.headers?.Link) {
    const { Link, ...headers } = response.headers;
    if (links !== 'none') headers.Link = { ...resolved(whole, Link), example: links };
    response.headers = headers;
  }
  return response;
}

for (const variant of JSON.parse(variants)) {
  for (const { path, method, operation } of found) {
    const at = (cut.paths[`${variant.prefix}${path}`] ??= {});
    // Only answers that went well: the rest is not asked for.
    const responses = Object.entries(operation.responses)
      .filter(([code]) => /^[23]/.test(code))
      .map(([code, response]) => [code, asked(operation, response, variant)]);
    const operationId = `${operation.operationId}${variant.prefix}`;
    at[method] = { ...operation, operationId, responses: Object.fromEntries(responses) };
    if (whole.paths[path].parameters) at.parameters = whole.paths[path].parameters;
  }
}
follow(cut.paths);

// GitHub answers `application/json` to whoever asks for its own types; Prism takes that for a refusal.
if (name === 'github') {
  for (const methods of Object.values(cut.paths)) {
    for (const { responses } of Object.values(methods)) {
      for (const { content } of Object.values(responses ?? {})) {
        if (!content?.['application/json']) continue;
        for (const type of ['vnd.github+json', 'vnd.github.v3+json']) {
          content[`application/${type}`] ??= content['application/json'];
        }
      }
    }
  }
}

writeFileSync(output, JSON.stringify(cut));
for (const word of unknown) console.log(word);
