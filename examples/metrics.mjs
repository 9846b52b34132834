// A server that is watched: its counters for Prometheus on http://127.0.0.1/metrics, and failed handshakes as they happen.
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, DtlsServer, diagnosticsChannels } from 'lwm2m-tls';
import { collectMetrics } from 'lwm2m-tls/metrics';
import { register } from 'prom-client';

const identity = 'device-1';
const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

const server = new DtlsServer({ psk: { [identity]: key } });
server.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
const { port } = await server.listen({ host: '127.0.0.1' });

// The metrics: counters are read when somebody asks.
const collector = collectMetrics(server, { labels: { server: 'example' } });
const endpoint = createServer(async (request, response) => {
  if (request.url !== '/metrics') return response.writeHead(404).end();
  response.setHeader('Content-Type', register.contentType);
  response.end(await register.metrics());
});
endpoint.listen(0, '127.0.0.1');
await once(endpoint, 'listening');

// The channel: it works from anywhere in the process, without the server at hand.
subscribe(diagnosticsChannels.serverHandshakeError, ({ error }) => {
  console.log(`refused: ${error.pskIdentity}, ${error.code}`);
});

// Something to count: a device that says hello, and one that nobody knows.
const device = await connect({ host: '127.0.0.1', port, psk: { identity, key } });
device.send('hello');
await once(device, 'message');
await connect({ host: '127.0.0.1', port, psk: { identity: 'stranger', key } }).catch(() => {});

const scraped = await fetch(`http://127.0.0.1:${endpoint.address().port}/metrics`);
for (const line of (await scraped.text()).split('\n')) {
  if (/^lwm2m_tls_(handshakes_initiated|messages_\w+)_total/.test(line)) console.log(line);
}

await device.close();
await server.close();
collector.stop();
endpoint.close();
