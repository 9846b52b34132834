// An LwM2M server and a device in one process: the device registers, updates and leaves.
import { Lwm2mServer, SimulatedDevice } from 'lwm2m-tls/lwm2m';

const psk = { identity: 'device-1', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') };

const server = new Lwm2mServer({ psk: { [psk.identity]: psk.key } });
server.on('register', ({ endpoint, lifetime, objects }) => {
  console.log(`${endpoint} registers for ${lifetime} s with ${objects.map(({ target }) => target).join(' ')}`);
});
server.on('update', ({ endpoint, lifetime }) => console.log(`${endpoint} updates, now for ${lifetime} s`));
server.on('deregister', ({ endpoint }) => console.log(`${endpoint} leaves`));
const { port } = await server.listen({ host: '127.0.0.1' });

const device = new SimulatedDevice({ host: '127.0.0.1', port, psk, lifetime: 60 });
await device.connect();
await device.register();
await device.update({ lifetime: 120 });
await device.deregister();
await device.close();
await server.close();
