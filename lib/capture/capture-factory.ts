import type { Endpoint } from '../events/endpoint.js';
import type { CaptureSettings } from '../options/capture.js';
import type { Capture } from './capture.js';

export type StartCapture = (endpoint: Endpoint, settings: CaptureSettings) => Capture;

/**
 * Captures an endpoint. Throws when the file cannot be had. The class itself sets it while it is loaded, so that its
 * published types name nothing of this.
 */
export let startCapture: StartCapture;

export function setStartCapture(start: StartCapture): void {
  startCapture = start;
}
