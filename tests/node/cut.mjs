// Cuts an official description to some operations and to what they refer to: GitHub's whole one is
// too large for Prism, and refers to files that do not exist.
//
//     cut.mjs DESCRIPTION LINKS OUTPUT OPERATION... (or - for lines on standard input)
//
// LINKS says what lists answer in their Link header: `official` leaves it as it is described, which
// is another host; `none` takes it away; anything else is the header's text.
//
// Prints the operations that the description does not know, one a line.
import { writeFileSync } from 'node:fs';
import { operations, read, target, wordsOf } from './description.mjs';

const [name, links, output, ...list] = process.argv.slice(2);
const whole = read(name);
const { found, unknown } = operations(whole, wordsOf(list));

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

function withoutLink(response) {
  if (!response.headers) return response;
  const { Link, ...headers } = response.headers;
  return { ...response, headers };
}

for (const { path, method, operation } of found) {
  cut.paths[path] ??= {};
  // Only answers that went well: the rest is not asked for.
  const responses = Object.entries(operation.responses)
    .filter(([code]) => /^[23]/.test(code))
    .map(([code, response]) => [code, links === 'none' ? withoutLink(response) : response]);
  cut.paths[path][method] = { ...operation, responses: Object.fromEntries(responses) };
  if (whole.paths[path].parameters) cut.paths[path].parameters = whole.paths[path].parameters;
}
follow(cut.paths);

const described = cut.components?.headers?.link;
if (described && links !== 'official') described.example = links;

writeFileSync(output, JSON.stringify(cut));
for (const word of unknown) console.log(word);
