/** Many simulated DTLS clients in one process: `lwm2m-tls/swarm`. */
export { Swarm, type SwarmEvents } from './swarm.js';
export { type DeviceState, SwarmDevice } from './swarm-device.js';
export type {
  DeviceCertificate,
  DeviceCertificates,
  DevicePsk,
  DevicePsks,
  SwarmOptions,
} from './swarm-options.js';
