import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemError } from '../errors/system-error.js';
import { text } from '../options/check.js';

/**
 * Writes a report so that whoever opens `file` sees the old one or the new one, whole: into a file beside it, which then
 * takes its place, with the permissions of the old one. A device or a pipe (`/dev/stdout`) is written to as it is, a
 * symbolic link is followed. Rejects with the system's code, `ENOSPC`, `EACCES`, `ENOENT` ..., and leaves nothing half
 * written behind.
 */
export async function writeReport(file: string, content: string): Promise<void> {
  text(file, 'file', 'a path', (it) => it.length > 0 && !it.includes('\0'));
  try {
    const existing = await stat(file).catch(nothingYet);
    if (existing !== undefined && !existing.isFile()) return await writeInto(file, content, 'w');
    await replace(existing === undefined ? file : await realpath(file), content, existing?.mode);
  } catch (error) {
    throw systemError(`cannot write ${file}`, error);
  }
}

async function replace(file: string, content: string, mode?: number): Promise<void> {
  const temporary = path.join(path.dirname(file), `.lwm2m-tls-${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writeInto(temporary, content, 'wx', mode);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeInto(file: string, content: string, flags: 'w' | 'wx', mode?: number): Promise<void> {
  const handle = await open(file, flags);
  try {
    if (mode !== undefined) await handle.chmod(mode & 0o777);
    await handle.writeFile(content);
    if (flags === 'wx') await handle.sync();
  } finally {
    await handle.close();
  }
}

function nothingYet(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
