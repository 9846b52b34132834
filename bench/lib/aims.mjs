// What we want of each result, and whether the run shows it.
import { grouped, kibi, micro, times } from './format.mjs';

const IDLE_BYTES = 2_048;
const DEVICE_BYTES = 2_560;
const STORM_RATIO = 0.9;
const HALF_OPEN_BYTES = 70 * 1_024;
const HELLOS_PER_HANDSHAKE = 3;
const FLOOD_GROWTH_BYTES = 1_048_576; // less than a buffer or two: nothing was kept per hello

function speed({ name, ratio, aim }) {
  return { name: `${name}: CPU`, result: times(ratio.median), aim: `<= ${times(aim)} of C`, met: ratio.median <= aim };
}

function scale({ some, many, aim, ours }) {
  return {
    name: `echo with ${grouped(many)} peers: CPU`,
    result: times(ours.median),
    aim: `<= ${times(aim)} of ours with ${grouped(some)}`,
    met: ours.median <= aim,
  };
}

function idle({ ours }) {
  return {
    name: `idle association (${grouped(ours.peers)} of them): memory`,
    result: `${grouped(ours.rest)} bytes`,
    aim: `<= ${grouped(IDLE_BYTES)} bytes; better ${grouped(IDLE_BYTES / 2)}`,
    met: ours.rest <= IDLE_BYTES,
  };
}

function halfOpen({ ours }) {
  return [
    {
      name: 'half-open handshake: memory',
      result: `${kibi(ours.bytes)} KiB`,
      aim: `<= ${kibi(HALF_OPEN_BYTES)} KiB`,
      met: ours.bytes <= HALF_OPEN_BYTES,
    },
    {
      name: 'half-open handshakes: number',
      result: `${grouped(ours.held)} of ${grouped(ours.peers)}`,
      aim: 'bounded',
      met: ours.held < ours.peers,
    },
  ];
}

function flood({ handshake, ours, growth }) {
  const hellos = handshake / ours.at(-1).cpu;
  return [
    {
      name: 'hello flood: answers in the CPU time of one handshake of C',
      result: hellos.toFixed(1),
      aim: `>= ${HELLOS_PER_HANDSHAKE.toFixed(1)}`,
      met: hellos >= HELLOS_PER_HANDSHAKE,
    },
    {
      name: 'hello flood: growth of memory',
      result: `${kibi(growth.ours)} KiB`,
      aim: `<= ${kibi(FLOOD_GROWTH_BYTES)} KiB in all`,
      met: growth.ours <= FLOOD_GROWTH_BYTES,
    },
  ];
}

function workers({ aim, pinned }) {
  return {
    name: 'two workers on one port: CPU per handshake',
    result: `${micro(pinned.cpu[2])} us, ${times(pinned.ratio.median)}`,
    aim: `<= ${times(aim)} of one worker`,
    met: pinned.ratio.median <= aim,
  };
}

function swarmIdle({ devices, rest }) {
  return {
    name: `idle device of a swarm (${grouped(devices)} of them): memory`,
    result: `${grouped(rest)} bytes`,
    aim: `<= ${grouped(DEVICE_BYTES)} bytes`,
    met: rest <= DEVICE_BYTES,
  };
}

function storm({ ratio }) {
  return {
    name: 'handshake storm of a swarm: rate',
    result: times(ratio.median),
    aim: `>= ${times(STORM_RATIO)} of C`,
    met: ratio.median >= STORM_RATIO,
  };
}

/** One entry { name, result, aim, met } per aim, for the parts that `run` has. */
export function judge(run) {
  return [
    ...run.results.map(speed),
    ...(run.scale ? [scale(run.scale)] : []),
    ...(run.idle ? [idle(run.idle)] : []),
    ...(run.halfOpen ? halfOpen(run.halfOpen) : []),
    ...(run.flood ? flood(run.flood) : []),
    ...(run.workers ? [workers(run.workers)] : []),
    ...(run.swarmIdle ? [swarmIdle(run.swarmIdle)] : []),
    ...(run.storm ? [storm(run.storm)] : []),
  ];
}
