// A server whose keys are in a database: it looks them up while the client waits, and nobody else does.
import { connect, DtlsServer } from 'lwm2m-tls';

// Stands for the database. Real ones stop a query when the signal fires: nobody waits for its answer any more.
const keys = new Map([['device-1', Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')]]);
const keyOf = async (identity, _signal) => keys.get(identity);

const blocked = new Set(['192.0.2.1']);

const server = new DtlsServer({
  // Asked for each handshake of an identity that is not in server.identities.
  psk: async (identity, { address, signal }) => {
    console.log(`${address} says that it is ${identity}`);
    return keyOf(identity, signal);
  },
  // Asked before: whoever is denied costs nothing else.
  admit: ({ address }) => !blocked.has(address),
  questionTimeout: 2_000,
});
server.on('connection', (peer) => peer.on('message', (message) => peer.send(message)));
server.on('clientError', ({ code, pskIdentity }) => console.log(`${pskIdentity}: ${code}`));
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });

// Devices may look their credentials up as well, for each attempt anew.
const psk = async () => ({ identity: 'device-1', key: keys.get('device-1') });
const device = await connect({ host: '127.0.0.1', port, psk });
device.send('hello');
for await (const message of device) {
  console.log(`the server says ${message}`);
  break;
}
await device.close();

const stranger = { identity: 'device-2', key: Buffer.from('guessed') };
await connect({ host: '127.0.0.1', port, psk: stranger }).catch(({ alertName }) =>
  console.log(`refused: ${alertName}`),
);
await server.close();
