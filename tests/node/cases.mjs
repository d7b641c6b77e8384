// Bodies that an official description allows, and some that it does not, one JSON object a line:
//
//     cases.mjs DESCRIPTION OPERATION...
//
//     {"operation", "case": "example default", "expect": "accept", "body"}
//     {"operation", "case": "null /0/parent", "expect": "accept", "of": "full",
//      "pointer": "/0/parent", "value": null}                       (no value: take the member away)
//
// A line with "of" is the body of that case of the same operation with one thing changed.
// "expect" is `accept`, or `either` where the description does not allow the body.
import { answer, operations, read } from './description.mjs';
import { build } from './bodies.mjs';

const [name, ...words] = process.argv.slice(2);
const description = read(name);
const { found, unknown } = operations(description, words);
if (unknown.length > 0) throw new Error(`not described: ${unknown.join(', ')}`);

const lines = [];
const say = (line) => lines.push(JSON.stringify(line));

for (const { word: operation, operation: described } of found) {
  const { schema, examples } = answer(description, described) ?? {};
  if (!schema) {
    say({ operation, case: 'no JSON', expect: 'none' });
    continue;
  }
  const whole = (label, body) => say({ operation, case: label, expect: 'accept', body });
  for (const [label, body] of Object.entries(examples)) whole(`example ${label}`, body);

  const points = [];
  const made = (how, into) => build(description, schema, how, Object.values(examples), into);
  whole('full', made('full', points));
  whole('required only', made('required'));
  whole('required only, null where possible', made('nulls'));

  const change = (label, pointer, expect, rest) =>
    say({ operation, case: `${label} ${pointer}`, expect, of: 'full', pointer, ...rest });
  for (const point of points) {
    const { pointer } = point;
    if (point.nullable) change('null', pointer, 'accept', { value: null });
    if (pointer !== '' && !point.element) {
      change('without', pointer, point.required ? 'either' : 'accept', {});
    }
    if (point.array) change('empty', pointer, 'accept', { value: [] });
    if (point.object) {
      // Among texts another text: such an object is a map of names that its provider adds to.
      const value = point.texts ? 'text' : { deep: [1, 'two', { three: null }] };
      change('unknown field in', `${pointer}/x_rollcall_unknown`, 'accept', { value });
    }
    for (const value of point.values ?? []) {
      change(`${JSON.stringify(value)} at`, pointer, 'accept', { value });
    }
    for (const [i, value] of (point.others ?? []).entries()) {
      change(`alternative ${i + 2} at`, pointer, 'accept', { value });
    }
  }
}
// In pieces: standard output to a pipe would be cut off by an early end.
process.stdout.write(`${lines.join('\n')}\n`);
