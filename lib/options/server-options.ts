import { Transport } from '../binding.js';
import { type AdmissionOptions, admissionNames, type ParsedAdmission, parseAdmission } from './admission.js';
import { optionsRecord } from './check.js';
import { type DtlsOptions, type DtlsSettings, dtlsOptionNames, parseDtlsOptions } from './dtls-options.js';
import {
  parseServerSecurity,
  type ServerSecurity,
  type ServerSecurityOptions,
  serverSecurityNames,
} from './server-security.js';

export interface DtlsServerOptions extends DtlsOptions, AdmissionOptions, ServerSecurityOptions {}

export interface ServerSettings extends DtlsSettings, ParsedAdmission {
  readonly security: ServerSecurity;
}

const names = [...dtlsOptionNames, ...admissionNames, ...serverSecurityNames];

export function parseServerOptions(value: unknown): ServerSettings {
  const options = optionsRecord(value, 'DtlsServer', names);
  return Object.freeze({
    ...parseDtlsOptions(options),
    ...parseAdmission(options),
    security: parseServerSecurity(options, Transport.datagram),
  });
}
