import { once } from 'node:events';
import type { ExecutionContext } from 'ava';
import type { ClientError, DtlsSocket } from 'lwm2m-tls';
import type { Registration } from 'lwm2m-tls/lwm2m';
import { identityOf } from '../helpers/certified.js';
import { startCoapClient } from '../helpers/foreign/libcoap.js';
import { coapClientGnutls, coapClientOpenssl, type Tool, testWith } from '../helpers/foreign/tools.js';
import { startLwm2mServer } from '../helpers/lwm2m.js';
import { closed } from '../helpers/ours.js';
import { type CertifiedKey, issue, pki, writeCertificateFiles, writeTrustFile } from '../helpers/pki.js';
import { ecdsaCcm8, ecdsaGcm, rsaGcm, type Suite } from '../helpers/suites.js';
import { watch } from '../helpers/watch.js';
import { within } from '../helpers/within.js';

async function start(t: ExecutionContext, suite: Suite) {
  const certificate = suite === rsaGcm ? await pki.rsaServer() : await pki.server();
  const ca = (await pki.root()).pem;
  return startLwm2mServer(t, { ...identityOf(certificate), ca, requestCert: true, cipherSuites: [suite.id] });
}

async function register(t: ExecutionContext, tool: Tool, port: number, certified: CertifiedKey) {
  const { certificate, key } = writeCertificateFiles(t, certified);
  const credentials = { certificate, key, trust: writeTrustFile(t, [await pki.root()]) };
  const target = 'rd?ep=weather-station&lt=300&lwm2m=1.1&b=U';
  const link = { contentFormat: 40, payload: '</1/0>,</3/0>' };
  return watch(t, startCoapClient(tool, { port, method: 'post', target, ...link, credentials }));
}

for (const tool of [coapClientOpenssl, coapClientGnutls]) {
  for (const suite of [ecdsaCcm8, ecdsaGcm, rsaGcm]) {
    testWith(tool, `${tool.name} with ${suite.name}`, async (t, found) => {
      const { server, port } = await start(t, suite);
      const connected = once(server, 'connection') as Promise<[DtlsSocket]>;
      const registered = once(server, 'register') as Promise<[Registration]>;
      const client = await register(t, found, port, await issue({ name: 'weather-station', issuer: await pki.root() }));

      const [socket] = await within(10_000, 'a connection', connected);
      const goodbye = closed(socket);
      t.like(socket, { authorized: true });
      t.is(socket.cipher.name, suite.name);
      const [registration] = await within(10_000, 'a registration', registered);
      t.like(registration, { endpoint: 'weather-station', identity: 'weather-station', lifetime: 300 });

      await client.waitFor(new RegExp(`c:2\\.01 .*Location-Path:rd, Location-Path:${registration.id}`));
      t.is(await client.exited, 0);
      t.is(await goodbye, false);
    });
  }

  testWith(tool, `${tool.name} with an expired certificate is refused`, async (t, found) => {
    const { server, port } = await start(t, ecdsaCcm8);
    server.on('register', () => t.fail('no registration'));
    const reported = once(server, 'clientError') as Promise<[ClientError]>;
    const expired = await issue({ name: 'late', issuer: await pki.root(), validFrom: -10, validTo: -1 });
    const client = await register(t, found, port, expired);
    const [error] = await within(10_000, "'clientError'", reported);
    t.like(error, { code: 'ERR_CERTIFICATE_VERIFY', verifyError: 'CERT_HAS_EXPIRED' });
    await client.exited;
    t.notRegex(client.output, /c:2\.01/);
  });
}
