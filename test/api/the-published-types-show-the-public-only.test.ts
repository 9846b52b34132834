import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { DtlsSocket } from 'lwm2m-tls';
import { projectFolder } from '../helpers/project-folder.js';

test('sockets are made by connect() and by servers, not by new', (t) => {
  // @ts-expect-error the constructor is private
  const construct = () => new DtlsSocket();
  t.is(typeof construct, 'function');
});

for (const file of ['socket/dtls-socket', 'server/dtls-server', 'client/connect', 'options/client-options']) {
  test(`${file}.d.ts names no native class and no peer`, async (t) => {
    const types = await readFile(path.join(projectFolder, 'dist', `${file}.d.ts`), 'utf8');
    const code = types.replaceAll(/\/\*[\s\S]*?\*\//g, '');
    t.notRegex(code, /\bPeer\b|\bNative\w+|\bEndpoint\b/);
  });
}
