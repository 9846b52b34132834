// docs/performance.md, generated from one run.
import { FLOODS } from './flood.mjs';
import { grouped, kibi, micro } from './format.mjs';
import { SESSIONS } from './profiles.mjs';
import * as tables from './tables.mjs';

const { toMarkdown } = tables;

function pinning(run) {
  return run.cores
    ? 'The server was pinned to one core and the load generator to another.'
    : 'Server and load generator shared one core.';
}

function closing(run) {
  return run.closeReply
    ? 'Both servers answer close_notify with close_notify.'
    : 'Our server does not answer close_notify, so the C server was told not to either.';
}

function introduction() {
  return `# Performance

What does the server of this package cost beside one that is written in C?
The C server (\`bench/reference/\`) has the same shape: one thread, epoll, batches of 32
datagrams through \`recvmmsg\` and \`sendmmsg\`, one memory BIO shared by all peers, its own
stateless HelloVerifyRequest, the same static OpenSSL with the same settings. It keeps an \`SSL\` of
libssl for each peer and takes memory from plain \`malloc\`. The same load generator, also in C, loads
both over UDP on the loopback interface.`;
}

function method(run) {
  return `## How it was measured

* **The echo server** is \`bench/echo-server.mjs\`: the public API, with
  \`socket.on('message', (message) => socket.send(message))\` on each connection, also where memory is measured.
* **Clients** have an IPv4 address each, in 127.0.0.0/8, all behind one UDP socket of the load generator, so that neither
  descriptors nor ports limit their number, and the way through the kernel does not depend on it. Handshakes are
  libssl's. From an established client the load generator keeps the keys alone, a hundred bytes, and seals and opens its
  records itself: it must not be what is slow or full.
* **CPU** is user and system time of the whole server process, all its threads, sockets included, in microseconds per
  operation: medians of ${run.plan.rounds} rounds.
* **Ratio**: ours divided by C within one round; median, least and greatest of the rounds. A round gives both servers
  their load in small slices, in turns. Compare the ratios, not the microseconds: those belong to the machine.
* **Memory** is the growth of the resident set (\`Rss\` of \`/proc/PID/smaps_rollup\`) of a fresh server process, divided by
  the number of associations: the JavaScript objects, OpenSSL, what the allocators lose, everything.
* Both servers ask for 4 MiB of \`SO_RCVBUF\` and \`SO_SNDBUF\`, so that a storm finds the same room; the kernel grants at most
  \`net.core.rmem_max\` and \`wmem_max\`, see the machine below.
* Both servers were warmed up by one unmeasured round of every load. ${pinning(run)}`;
}

function cpu(run) {
  const { plan, results } = run;
  const load = (mode) => results.find((result) => result.load.mode === mode).load;
  return `## CPU per operation

${toMarkdown(tables.cpuTable(results))}

* **Handshake**: from the first ClientHello over the cookie exchange to the new association and its end by close_notify,
  each from another address than the one before (${grouped(plan.handshakes)} per round). ${closing(run)} Full handshakes
  are made with servers that keep no sessions (\`sessions: false\`).
* **Mutual ECDSA**: TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 on P-256 with certificates of both sides, each of which is sent with
  one intermediate certificate and verified up to a root (${grouped(plan.certificateHandshakes)} handshakes per round).
* **Resumed**: the sessions come from full PSK-CCM8 handshakes, which are not measured. Both servers keep up to
  ${SESSIONS['session-cache']} sessions by id for ${SESSIONS['session-timeout']} s, and issue tickets (RFC 5077, AES-256-CBC and HMAC-SHA-256). By session id: the
  client has no support for tickets, the server finds the session in its cache. By ticket: the server decrypts it and
  renews none. A handshake that was not resumed, or brought a new ticket, would fail the run.
* **Echo**: a message is opened, goes through the JavaScript handler in our case, and is sealed again
  (${grouped(plan.echoes)} per round and line). The peers speak in random order, so that no cache knows who is next; servers with
  ${grouped(plan.somePeers)} and ${grouped(plan.manyPeers)} peers have no others.

### Many peers beside some

${toMarkdown(tables.scaleTable(run.scale))}

### Latency under this load

The load generator keeps ${load('handshake').window} handshakes or ${load('echo').window} messages outstanding at any time, so these are latencies of a
saturated server, seen by the client. "Busy" is the share of the time in which the server had the processor.

${toMarkdown(tables.latencyTable(results))}`;
}

function memory({ idle, halfOpen }) {
  return `## Memory

### Idle associations

${toMarkdown(tables.idleTable(idle))}

PSK-CCM8 associations that have said one message each, which was echoed, and then nothing more. "At rest" is
${idle.ours.settleSeconds} seconds later, after a garbage collection in Node. The C server holds ${grouped(idle.reference.peers)} and not ${grouped(idle.ours.peers)}: at
${kibi(idle.reference.rest)} KiB each that many would take ${((idle.reference.rest * idle.ours.peers) / 2 ** 30).toFixed(1)} GiB.

### Half-open handshakes

${toMarkdown(tables.halfOpenTable(halfOpen))}

Clients that send a ClientHello with a valid cookie, receive the ServerHello, and stop. Each has an address of its own.
Memory is read as soon as the last of them has been answered, or was not for most of a second. For our server the number
is its own (\`counters().peersHandshaking\`); the C server has no limit.`;
}

function storm({ flood, plan }) {
  const moderate = FLOODS.find(({ name }) => name === 'moderate');
  return `## Hello flood

ClientHellos without a cookie, in turn from four million addresses, while ${flood.probes} established peers send one message of 64
bytes per millisecond in all. None: no flood. Moderate: ${grouped(moderate.rate)} hellos per second. Greatest: as many as the load
generator can send, more than a server can read; what the kernel drops before the server sees it, hellos and
messages alike, is "lost". Medians of ${plan.floodRounds} rounds of ${plan.floodSeconds} s.

${toMarkdown(tables.floodTable(flood))}

* In the same rounds the C server needed ${micro(flood.handshake)} us of CPU per full PSK-CCM8 handshake. In this time our server answers
  ${(flood.handshake / flood.ours.at(-1).cpu).toFixed(1)} hellos, the C server ${(flood.handshake / flood.reference.at(-1).cpu).toFixed(1)}.
* Round trips (p50, p99) are those of the messages that were not lost.
* While our server answered ${grouped(flood.hellos)} hellos its resident set changed by ${kibi(flood.growth.ours)} KiB, that of the C server by
  ${kibi(flood.growth.reference)} KiB; a first flood of the greatest rate had gone before.`;
}

function threads({ workers, plan, cores }) {
  const where = cores
    ? `The whole server was pinned to one core, with one worker as with two, and the load generator to the other: compared is
the CPU time per handshake, and so the handshakes per second of a core.`
    : 'There was one core for all.';
  return `## Two workers on one port

${toMarkdown(tables.workersTable(workers))}

Worker threads with a server each, \`listen({ reusePort: true })\`: the kernel gives each peer to one of them. Full PSK-CCM8
handshakes, medians of ${plan.workerRounds} rounds in turns. ${where}
"All on both cores" leaves the workers and the load generator to the scheduler. There the load generator competes with
two workers for two cores, so its handshakes per second say what this machine does as a whole, and not what
two cores of a server would do.`;
}

function swarm({ swarmIdle, storm, plan }) {
  return `## A swarm as a load generator

${toMarkdown(tables.swarmIdleTable(swarmIdle))}

\`Swarm\` (\`lwm2m-tls/swarm\`) holds ${grouped(swarmIdle.devices)} PSK-CCM8 devices that are connected to our server in another process,
and silent: the growth of the resident set of the swarm's process, right after the last handshake, and
${swarmIdle.settleSeconds} seconds later after a garbage collection.

${toMarkdown(tables.stormTable(storm))}

Full PSK-CCM8 handshakes that end with close_notify, against the same C server, made by the load generator in C and by a
swarm in turns: 32 outstanding at any time, medians of ${plan.stormRounds} rounds of ${grouped(plan.handshakes)}. Each handshake of the swarm is
a promise that JavaScript awaits. Ratio: handshakes per second, swarm divided by C, within one round.`;
}

/** The text of the document. Every figure in it comes from `run`. */
export function renderDocument(run) {
  const facts = Object.entries(run.machine).map(([name, value]) => `| ${name} | ${value} |`);
  const warning = run.warning ? `\n\nWhen the run began, ${run.warning}.` : '';
  const parts = [
    '<!-- Generated by `npm run bench` (bench/run.mjs). Do not edit: run it again. -->',
    introduction(),
    `## Aims\n\n${toMarkdown(tables.aimTable(run))}`,
    method(run),
    cpu(run),
    memory(run),
    storm(run),
    threads(run),
    swarm(run),
    `## Machine\n\n| | |\n| --- | --- |\n${facts.join('\n')}${warning}`,
  ];
  return `${parts.join('\n\n')}\n`;
}
