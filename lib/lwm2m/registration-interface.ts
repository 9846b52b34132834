import { randomBytes } from 'node:crypto';
import { type CoapMessage, type CoapResponse, optionNumber, optionTexts, textOption } from './coap-message.js';
import { type Link, parseLinkFormat } from './link-format.js';
import type { Registration, RegistrationPeer } from './registration.js';
import { parseRegistrationQuery, type RegistrationQuery } from './registration-query.js';
import type { RegistrationTable } from './registration-table.js';
import { checkOptions } from './request-options.js';

/** What a request did to the table; nothing when it was refused. */
export type RegistrationChange =
  | { readonly kind: 'register'; readonly registration: Registration; readonly replaced: Registration | undefined }
  | { readonly kind: 'update' | 'deregister'; readonly registration: Registration };

export interface RegistrationOutcome {
  readonly response: CoapResponse;
  readonly change?: RegistrationChange;
}

export interface RegistrationLimits {
  /** Seconds for a device that names no lifetime. */
  readonly defaultLifetime: number;
  /** Registrations beyond this many are answered with 5.03. */
  readonly maxRegistrations: number;
}

const LINK_FORMAT = 40;
const SUPPORTED_MAJOR_VERSION = '1';

/**
 * The Registration interface of LwM2M (Register, Update, De-register) over a table. A registration belongs to the PSK
 * identity that made it: for every other identity it does not exist. Never throws, whatever the request holds.
 */
export class RegistrationInterface {
  readonly #table: RegistrationTable;
  readonly #limits: RegistrationLimits;

  constructor(table: RegistrationTable, limits: RegistrationLimits) {
    this.#table = table;
    this.#limits = limits;
  }

  /** Carries out one request and says what to answer. */
  handle(request: CoapMessage, peer: RegistrationPeer): RegistrationOutcome {
    const refusal = checkOptions(request);
    if (refusal !== undefined) return { response: refusal };
    const path = optionTexts(request, 'Uri-Path');
    if (path[0] !== 'rd' || path.length > 2) return refuse('4.04');
    const id = path[1];
    if (id === undefined) {
      return request.code === '0.02' ? this.#register(request, peer) : refuse('4.05', 'POST registers a device here');
    }
    const known = this.#table.get(id);
    if (known === undefined || known.identity !== peer.identity) return refuse('4.04', 'no such registration');
    if (request.code === '0.02' || request.code === '0.03') return this.#update(known, request, peer);
    if (request.code === '0.04') return this.#deregister(known);
    return refuse('4.05', 'POST updates, DELETE de-registers');
  }

  #register(request: CoapMessage, peer: RegistrationPeer): RegistrationOutcome {
    const query = parseRegistrationQuery(optionTexts(request, 'Uri-Query'));
    if (typeof query === 'string') return refuse('4.00', query);
    const endpoint = query.endpoint ?? peer.identity;
    if (endpoint === undefined || endpoint === '') return refuse('4.00', 'ep is missing');
    const version = query.version ?? '1.0';
    if (version.split('.')[0] !== SUPPORTED_MAJOR_VERSION) return refuse('4.12', `LwM2M ${version} is not supported`);
    const objects = readObjects(request);
    if (!isLinks(objects)) return objects;
    if (objects.length === 0) return refuse('4.00', 'the list of objects is missing');

    const replaced = this.#table.ofEndpoint(endpoint);
    if (replaced !== undefined && replaced.identity !== peer.identity) {
      return refuse('4.03', 'this endpoint is registered by another identity');
    }
    if (replaced === undefined && this.#table.size >= this.#limits.maxRegistrations) {
      return refuse('5.03', 'too many registrations');
    }
    const registration = this.#newRegistration(endpoint, version, query, objects, peer);
    this.#table.put(registration);
    const location = [textOption('Location-Path', 'rd'), textOption('Location-Path', registration.id)];
    return { response: { code: '2.01', options: location }, change: { kind: 'register', registration, replaced } };
  }

  #newRegistration(
    endpoint: string,
    version: string,
    query: RegistrationQuery,
    objects: readonly Link[],
    peer: RegistrationPeer,
  ): Registration {
    const now = new Date();
    return Object.freeze({
      ...peer,
      id: randomBytes(6).toString('base64url'),
      endpoint,
      version,
      lifetime: query.lifetime ?? this.#limits.defaultLifetime,
      binding: query.binding ?? 'U',
      queueMode: query.queueMode,
      smsNumber: query.smsNumber,
      objects,
      registeredAt: now,
      updatedAt: now,
    });
  }

  #update(known: Registration, request: CoapMessage, peer: RegistrationPeer): RegistrationOutcome {
    const query = parseRegistrationQuery(optionTexts(request, 'Uri-Query'));
    if (typeof query === 'string') return refuse('4.00', query);
    if (query.endpoint !== undefined || query.version !== undefined) {
      return refuse('4.00', 'an update cannot change ep or lwm2m');
    }
    const objects = request.payload.length === 0 ? known.objects : readObjects(request);
    if (!isLinks(objects)) return objects;
    const registration: Registration = Object.freeze({
      ...known,
      ...peer,
      lifetime: query.lifetime ?? known.lifetime,
      binding: query.binding ?? known.binding,
      queueMode: query.binding === undefined ? known.queueMode : query.queueMode,
      smsNumber: query.smsNumber ?? known.smsNumber,
      objects,
      updatedAt: new Date(),
    });
    this.#table.put(registration);
    return { response: { code: '2.04' }, change: { kind: 'update', registration } };
  }

  #deregister(known: Registration): RegistrationOutcome {
    this.#table.remove(known.id);
    return { response: { code: '2.02' }, change: { kind: 'deregister', registration: known } };
  }
}

function readObjects(request: CoapMessage): readonly Link[] | RegistrationOutcome {
  const format = optionNumber(request, 'Content-Format');
  if (format !== undefined && format !== LINK_FORMAT) return refuse('4.15', 'the list of objects is content format 40');
  return parseLinkFormat(request.payload.toString('utf8')) ?? refuse('4.00', 'the payload is not link format');
}

function isLinks(value: readonly Link[] | RegistrationOutcome): value is readonly Link[] {
  return Array.isArray(value);
}

function refuse(code: string, payload?: string): RegistrationOutcome {
  return { response: payload === undefined ? { code } : { code, payload } };
}
