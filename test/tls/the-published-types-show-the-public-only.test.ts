import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { TlsSocket } from 'lwm2m-tls';
import { projectFolder } from '../helpers/project-folder.js';

test('sockets are made by connectTls() and by servers, not by new', (t) => {
  // @ts-expect-error the constructor is private
  const construct = () => new TlsSocket();
  t.is(typeof construct, 'function');
});

for (const file of ['tls-socket', 'tls-server', 'connect-tls', 'tls-client-options', 'tls-server-options']) {
  test(`${file}.d.ts names no native class and no connection`, async (t) => {
    const types = await readFile(path.join(projectFolder, 'dist', 'tls', `${file}.d.ts`), 'utf8');
    const code = types.replaceAll(/\/\*[\s\S]*?\*\//g, '');
    t.notRegex(code, /\bTlsConnection\b|\bNative\w+/);
  });
}
