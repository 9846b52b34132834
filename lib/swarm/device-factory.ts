import type { Fleet } from './fleet.js';
import type { Member } from './member.js';
import type { SwarmDevice } from './swarm-device.js';

export type CreateSwarmDevice = (fleet: Fleet, member: Member) => SwarmDevice;

/** Makes the device of a member: as `createDtlsSocket` in `lib/socket/socket-factory.ts`. */
export let createSwarmDevice: CreateSwarmDevice;

export function setSwarmDeviceFactory(create: CreateSwarmDevice): void {
  createSwarmDevice = create;
}
