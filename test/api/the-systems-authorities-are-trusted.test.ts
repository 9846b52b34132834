import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { startCertifiedServer } from '../helpers/certified.js';
import { runModule } from '../helpers/child-process.js';
import { pki } from '../helpers/pki.js';

test('by default, and not beside ca', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lwm2m-tls-'));
  t.teardown(async () => rm(folder, { recursive: true }));
  const bundle = path.join(folder, 'bundle.pem');
  await writeFile(bundle, (await pki.root()).pem);
  const { port } = await startCertifiedServer(t);
  const { stdout, stderr } = await runModule(
    `
    import { connect } from 'lwm2m-tls';
    const ca = ${JSON.stringify((await pki.strangeRoot()).pem)};
    const outcomes = [];
    for (const options of [{}, { ca }, { ca, systemTrust: true }, { systemTrust: false }]) {
      try {
        const socket = await connect({ host: '127.0.0.1', port: ${port}, ...options });
        outcomes.push(socket.authorized);
        await socket.close();
      } catch (error) {
        outcomes.push(error.code);
      }
    }
    console.log(JSON.stringify(outcomes));
  `,
    [],
    { SSL_CERT_FILE: bundle, SSL_CERT_DIR: folder },
  );
  t.deepEqual(JSON.parse(stdout || 'null'), [true, 'ERR_CERTIFICATE_VERIFY', true, 'ERR_CERTIFICATE_VERIFY'], stderr);
});
