import test from 'ava';
import { type CertificateSecurity, credentials } from 'lwm2m-tls';
import { protocols, serverIdentity, socketFor, startServer, verifying } from '../helpers/contract-servers.js';
import { pki } from '../helpers/pki.js';

for (const protocol of protocols) {
  test(`${protocol}: trust anchors and lists refuse nobody unless there is validation`, async (t) => {
    const { port } = await startServer(t, protocol, await serverIdentity(await pki.revokedServer()));
    const trust: CertificateSecurity = {
      ...(await verifying()),
      certRevocationLists: credentials.array([
        credentials.buffer((await pki.crl()).der),
        credentials.buffer((await pki.rootCrl()).der),
      ]),
    };
    const connect = (security: CertificateSecurity) =>
      socketFor(t, protocol, { security, serverNameIndication: 'localhost' }).connect('127.0.0.1', port);
    await t.notThrowsAsync(connect({ ...trust, serverCertValidation: false }));
    await t.throwsAsync(connect(trust), { code: 'ERR_CERTIFICATE_VERIFY' });
  });
}
