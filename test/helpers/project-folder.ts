import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Top of the repository, wherever the compiled tests lie. */
export const projectFolder = findUpwards(path.dirname(fileURLToPath(import.meta.url)));

function findUpwards(folder: string): string {
  if (existsSync(path.join(folder, 'binding.gyp'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('the tests are not inside the repository');
  return findUpwards(parent);
}
