/** The LwM2M test server and simulated devices: `lwm2m-tls/lwm2m`. */
export { CoapError, type CoapErrorCode } from './coap-error.js';
export type { CoapMessage, CoapOption, CoapType } from './coap-message.js';
export type { CoapExchange } from './coap-requester.js';
export type { Link } from './link-format.js';
export type { Lwm2mCounters } from './lwm2m-counters.js';
export type { Lwm2mServerEvents } from './lwm2m-events.js';
export { Lwm2mServer } from './lwm2m-server.js';
export type { Lwm2mServerOptions } from './lwm2m-server-options.js';
export type { Notification } from './observations.js';
export { locationOf, type Registration, type RegistrationParameters, type RegistrationPeer } from './registration.js';
export type { RequestSummary } from './request-summary.js';
export { SimulatedDevice } from './simulated-device.js';
export type { DeviceUpdate, SimulatedDeviceOptions } from './simulated-device-options.js';
export { defaultTransmission, type TransmissionParameters } from './transmission-parameters.js';
