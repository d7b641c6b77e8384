// The packages of this folder, which are installed elsewhere: `make setup-tests` keeps them between
// clones, and whoever runs a script here says where.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.env.ROLLCALL_NODE_PACKAGES;
if (!folder) throw new Error('ROLLCALL_NODE_PACKAGES must name the folder of the packages');
const require = createRequire(join(folder, 'package.json'));

/** A package, as `import` would give it. */
export const load = (name) => import(pathToFileURL(require.resolve(name)));

/** The text of a file in an installed package. */
export const text = (path) => readFileSync(join(folder, 'node_modules', path), 'utf8');
