// A fleet on one desk: a thousand simulated devices, each with an IP address of its own, talk to a server.
import { DtlsServer } from 'lwm2m-tls';
import { Swarm } from 'lwm2m-tls/swarm';

// The server looks keys up: that of dev-000007 is 00...07.
const keyOf = (identity) => Buffer.from(Number(identity.slice(4)).toString(16).padStart(32, '0'), 'hex');
const server = new DtlsServer({ psk: keyOf });
server.on('message', (message, socket) => socket.send(message));
const { port } = await server.listen({ host: '127.0.0.1' });

// The same keys by pattern: nothing is kept for each device but its association.
const swarm = new Swarm({
  host: '127.0.0.1',
  port,
  devices: 1_000,
  psk: { identity: 'dev-%06d', key: '%032x' },
  sourceAddresses: '127.0.0.0/8',
  sessions: true,
});
await swarm.open();

// Fifty handshakes at a time.
let next = 0;
await Promise.all(
  Array.from({ length: 50 }, async () => {
    while (next < swarm.size) await swarm.device(next++).connect();
  }),
);
console.log(`${swarm.counters().peers} devices are connected`);

const device = swarm.device(7);
const heard = new Promise((resolve) => {
  swarm.onMessage = (from, message) => resolve(`${from.identity} at ${from.localAddress} hears ${message}`);
});
device.send(Buffer.from('its own words'));
console.log(await heard);

// It sleeps, and comes back with a short handshake.
device.close();
await device.connect();
console.log(`resumed: ${device.resumed}`);

// It reboots: its association is gone without a goodbye, and it starts again from the same port.
device.forget();
device.forgetSession();
await device.connect();
console.log(`resumed: ${device.resumed}`);

// Its NAT forgets it: what it sends now comes from a stranger, until it makes a new handshake.
device.rebind();
device.send(Buffer.from('lost'));
device.forget();
await device.connect();
console.log(`it is at ${device.localAddress} now, resumed: ${device.resumed}`);

await swarm.close();
await server.close();
