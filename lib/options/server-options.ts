import { Transport } from '../binding.js';
import { type AdmissionOptions, admissionNames, type ParsedAdmission, parseAdmission } from './admission.js';
import { optionsRecord } from './check.js';
import { type DtlsOptions, type DtlsSettings, dtlsOptionNames, parseDtlsOptions } from './dtls-options.js';
import { type PskLookup, type QuestionOptions, questionOptionNames } from './questions.js';
import {
  parseServerSecurity,
  type ServerSecurity,
  type ServerSecurityOptions,
  serverSecurityNames,
} from './server-security.js';

export interface DtlsServerOptions
  extends DtlsOptions,
    AdmissionOptions,
    Omit<ServerSecurityOptions, 'psk'>,
    QuestionOptions {
  /**
   * The identities that may connect, and their keys. A `PskStore` is used as it is, and may serve several servers;
   * from a map or an object a store is made. Either way `server.identities` may change while the server runs.
   * An empty one lets nobody in.
   *
   * A function is asked for the key of each identity that is not in `server.identities`, which is empty at first; while it
   * takes its time, all other clients go on. An answer is for one handshake: put the key into `server.identities` to keep
   * it. Null and undefined: there is no such identity. Identities of no byte or more than 127, or with a NUL, are unknown
   * without being asked for. A session of an identity that was asked for can be resumed for its lifetime without
   * another question, even though the identity may have been withdrawn: deny its client by `admit`, or make sessions
   * short. `questionTimeout` limits the wait.
   *
   * Default: none, for certificates only. Throws `ERR_INVALID_OPTION`, `ERR_INVALID_PSK`.
   * `SSL_CTX_set_psk_server_callback`.
   *
   * @example psk: { 'urn:dev:1': Buffer.from('6b6579', 'hex') }
   * @example psk: async (identity, { signal }) => database.keyOf(identity, { signal })
   */
  psk?: ServerSecurityOptions['psk'] | PskLookup;
}

export interface ServerSettings extends DtlsSettings, ParsedAdmission {
  readonly security: ServerSecurity;
}

const names = [...dtlsOptionNames, ...admissionNames, ...serverSecurityNames, ...questionOptionNames];

export function parseServerOptions(value: unknown): ServerSettings {
  const options = optionsRecord(value, 'DtlsServer', names);
  return Object.freeze({
    ...parseDtlsOptions(options, 'server'),
    ...parseAdmission(options),
    security: parseServerSecurity(options, Transport.datagram),
  });
}
