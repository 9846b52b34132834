import test from 'ava';
import { SocketOption } from 'lwm2m-tls';
import { protocols, serverIdentity, socketFor, startServer } from '../helpers/contract-servers.js';
import { pki, tlsa, Usage } from '../helpers/pki.js';

for (const protocol of protocols) {
  for (const usage of [Usage.daneTa, Usage.daneEe]) {
    test(`${protocol}, usage ${usage}: the configured name, else the host`, async (t) => {
      const server = await pki.misnamedServer(); // for wrong.example alone
      const { port } = await startServer(t, protocol, await serverIdentity(server));
      const record = tlsa(usage === Usage.daneEe ? server : await pki.intermediate(), usage);
      const connect = (serverNameIndication: string | undefined) => {
        const security = { serverCertValidation: true, ignoreSystemTrustStore: true, dane: true };
        const socket = socketFor(t, protocol, { security, serverNameIndication });
        socket.setOpt(SocketOption.daneTlsaArray, [record]);
        return socket.connect('127.0.0.1', port);
      };
      await t.notThrowsAsync(connect('wrong.example'));
      const mismatch = { code: 'ERR_CERTIFICATE_VERIFY', message: /mismatch/i };
      await t.throwsAsync(connect('other.example'), mismatch);
      await t.throwsAsync(connect(undefined), mismatch);
    });
  }
}
