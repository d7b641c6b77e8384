// Holds GraphQL documents against the schema that GitHub publishes:
//
//     graphql.mjs FILE
//
// FILE is a JSON object of documents by name. Prints a line for each thing that is wrong, or that
// GitHub means to take away; nothing when all is well.
import { readFileSync } from 'node:fs';
import { load, text } from './packages.mjs';

const { NoDeprecatedCustomRule, buildSchema, parse, specifiedRules, validate } = await load('graphql');
const schema = buildSchema(text('@octokit/graphql-schema/schema.graphql'), { assumeValidSDL: true });
const rules = [...specifiedRules, NoDeprecatedCustomRule];
const documents = Object.entries(JSON.parse(readFileSync(process.argv[2], 'utf8')));
if (documents.length === 0) throw new Error('there are no documents');

/** What is wrong with a document. */
function wrongs(document) {
  let parsed;
  try {
    parsed = parse(document);
  } catch (error) {
    return [error.message];
  }
  return validate(schema, parsed, rules).map((error) => {
    const at = error.locations?.[0];
    return `${at?.line}:${at?.column}: ${error.message}`;
  });
}

for (const [name, document] of documents) {
  for (const wrong of wrongs(document)) console.log(`${name}: ${wrong}`);
}
