import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import test, { type ExecutionContext } from 'ava';
import { AddressFamily, type BackendConfiguration, type NetSocket, SocketOption } from 'lwm2m-tls';
import { failureOf, type Kind, kinds, makeSocket } from '../helpers/contract-sockets.js';
import { ipv6Test } from '../helpers/ipv6.js';
import { within } from '../helpers/within.js';

const { inet4, inet6 } = AddressFamily;

/** Stands for a resolver that knows one name with two addresses, and answers in the order of the test. */
const answer = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
const lookup = async (host: string) => {
  if (host !== 'two.example') throw Object.assign(new Error(`${host} is not known`), { code: 'ENOTFOUND' });
  return answer;
};
Object.assign(dns, { lookup });
syncBuiltinESMExports();

for (const kind of kinds) {
  for (const { address, family } of [
    { address: '127.0.0.1', family: inet4 },
    { address: '::1', family: inet6 },
  ]) {
    ipv6Test(`${kind}: the preferred family is tried first: ${address}`, async (t) => {
      const client = await connected(t, kind, () => ({ preferredFamily: family }));
      t.is(client.getRemoteHost(), address);
      t.is(client.getRemoteHostname(), 'two.example');
      t.is(client.getOpt(SocketOption.addrFamily), family);
    });

    ipv6Test(`${kind}: the only family is the only one: ${address}`, async (t) => {
      const client = await connected(t, kind, () => ({ addressFamily: family }));
      t.is(client.getRemoteHost(), address);
    });

    ipv6Test(`${kind}: the endpoint of an earlier connection is tried first: ${address}`, async (t) => {
      const preferredEndpoint = { address, port: 0 };
      const client = await connected(t, kind, (port) => ({
        preferredEndpoint: Object.assign(preferredEndpoint, { port }),
      }));
      t.is(client.getRemoteHost(), address);
      t.is(preferredEndpoint.address, address);
    });
  }

  ipv6Test(`${kind}: an endpoint that the name does not have any more is replaced`, async (t) => {
    const preferredEndpoint = { address: '192.0.2.1', port: 0 };
    const client = await connected(t, kind, (port) => ({
      preferredEndpoint: Object.assign(preferredEndpoint, { port }),
    }));
    t.is(preferredEndpoint.address, client.getRemoteHost());
  });

  test(`${kind}: a name that has no address`, async (t) => {
    const error = await failureOf(t, makeSocket(t, kind).connect('none.example', 5_684));
    t.like(error, { code: 'EADDRNOTAVAIL', avsCode: 4, category: 'AVS_ERRNO_CATEGORY' });
  });
}

ipv6Test('TLS: an address that refuses is followed by the next one', async (t) => {
  const listener = makeSocket(t, 'TLS');
  await listener.bind('::1', 0);
  const client = makeSocket(t, 'TLS', { backendConfiguration: { preferredFamily: inet4 } });
  await meet(t, 'TLS', client, listener);
  t.is(client.getRemoteHost(), '::1');
});

async function connected(
  t: ExecutionContext,
  kind: Kind,
  backendConfiguration: (port: number) => BackendConfiguration,
): Promise<NetSocket> {
  const listener = makeSocket(t, kind);
  await listener.bind('::', 0);
  const client = makeSocket(t, kind, { backendConfiguration: backendConfiguration(listener.getLocalPort()) });
  await meet(t, kind, client, listener);
  return client;
}

async function meet(t: ExecutionContext, kind: Kind, client: NetSocket, listener: NetSocket): Promise<void> {
  const accepting = listener.accept(makeSocket(t, kind));
  const met = Promise.all([client.connect('two.example', listener.getLocalPort()), accepting]);
  await within(20_000, 'both ends of a handshake', met);
}
