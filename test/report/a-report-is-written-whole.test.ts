import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import { writeReport } from '#lib/report/index.js';

const NOBODY = 65_534;

test('a new file has all of it, and nothing lies beside it', async (t) => {
  await inFolder(async (folder) => {
    const text = 'ünïcode\n'.repeat(100_000);
    await writeReport(path.join(folder, 'report.html'), text);
    t.is(await readFile(path.join(folder, 'report.html'), 'utf8'), text);
    t.deepEqual(await readdir(folder), ['report.html']);
  });
});

test('an old file is replaced and keeps its permissions', async (t) => {
  await inFolder(async (folder) => {
    const file = path.join(folder, 'report.html');
    await writeFile(file, 'old, and longer');
    await chmod(file, 0o640);
    await writeReport(file, 'new');
    t.is(await readFile(file, 'utf8'), 'new');
    t.is((await stat(file)).mode & 0o777, 0o640);
  });
});

test('a symbolic link stays one', async (t) => {
  await inFolder(async (folder) => {
    const [file, link] = [path.join(folder, 'a.html'), path.join(folder, 'latest.html')];
    await writeFile(file, 'old');
    await symlink('a.html', link);
    await writeReport(link, 'new');
    t.is(await readFile(file, 'utf8'), 'new');
    t.is(await readlink(link), 'a.html');
  });
});

test('a folder that does not exist, or is none, is an error with its code', async (t) => {
  await inFolder(async (folder) => {
    const file = path.join(folder, 'none', 'report.html');
    const message = `cannot write ${file}: no such file or directory`;
    await t.throwsAsync(writeReport(file, ''), { code: 'ENOENT', message });
    await t.throwsAsync(writeReport(folder, ''), { code: 'EISDIR' });
    await writeFile(path.join(folder, 'none'), '');
    await t.throwsAsync(writeReport(file, ''), { code: 'ENOTDIR' });
    t.deepEqual(await readdir(folder), ['none']);
  });
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a full disk is an error with its code, and a device stays one', async (t) => {
  const message = 'cannot write /dev/full: no space left on device';
  await t.throwsAsync(writeReport('/dev/full', 'text'), { code: 'ENOSPC', message });
  t.true((await stat('/dev/full')).isCharacterDevice());
});

onLinux('a folder without permission is an error with its code, and the old file stays', async (t) => {
  await inFolder(async (folder) => {
    const locked = path.join(folder, 'locked');
    await mkdir(locked);
    await writeFile(path.join(locked, 'report.html'), 'old');
    await chmod(locked, 0o555);
    await chmod(folder, 0o755);
    t.is(await asNobody(path.join(locked, 'report.html')), 'EACCES permission denied');
    t.is(await readFile(path.join(locked, 'report.html'), 'utf8'), 'old');
    await chmod(locked, 0o755);
  });
});

test('a path that is none is refused', async (t) => {
  for (const file of ['', 'a\0b', 1 as unknown as string]) {
    await t.throwsAsync(writeReport(file, ''), { code: 'ERR_INVALID_OPTION', message: /^file: / });
  }
});

/** Tries to write as somebody who may not, root being allowed everything; prints code and reason. */
async function asNobody(file: string): Promise<string> {
  const script = `
    const { writeReport } = await import(${JSON.stringify(import.meta.resolve('#lib/report/write-report.js'))});
    if (process.getuid() === 0) process.setuid(${NOBODY});
    await writeReport(process.argv[1], 'new').catch(({ code, message }) => console.log(code, message.split(': ')[1]));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  return output.trim();
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'report-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
