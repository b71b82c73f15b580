import type { Violation } from './index.ts';

/** A place where the published file and the provider's behaviour or other documents differ. */
export interface Allowance {
  /** Operation as `METHOD template`. */
  operation: RegExp;
  where: Violation['where'];
  /** Tested against the message. */
  message: RegExp;
  reason: string;
}

const ANY = /./;

/** Every known contradiction. Anything not listed here is a violation. */
export const ALLOWANCES: Allowance[] = [
  {
    operation: ANY,
    where: 'response',
    message: /^status (401|402|403|404|429|500) is not described/,
    reason: 'The files describe errors unevenly; the shape of the error is validated all the same.',
  },
  {
    operation: /messaging_profiles/,
    where: 'request',
    message: /whitelisted_destinations.*pattern/,
    reason: 'The guides allow "*" for every country; the pattern of the file has two letters only.',
  },
  {
    operation: /messaging_profiles/,
    where: 'response',
    message: /whitelisted_destinations.*pattern/,
    reason: 'As in the request.',
  },
  {
    operation: /GET \/requirements/,
    where: 'request',
    message: /phone_number_type.*allowed values/,
    reason: 'The filter lists three types; mobile and shared_cost numbers have requirements as well.',
  },
  {
    operation: /GET \/requirements/,
    where: 'response',
    message: /phone_number_type.*allowed values/,
    reason: 'As in the request.',
  },
  {
    operation: /(PhoneNumbers|Messaging|Voice)\/(Countries\/\{IsoCountry\}|Numbers\/\{DestinationNumber\})/,
    where: 'response',
    message: /(base_price|current_price) must be number/,
    reason: 'Typed number; the examples of the same file and the service give texts.',
  },
  {
    operation: /^webhook (call|conference)\./,
    where: 'request',
    message: /client_state must be string/,
    reason: 'A leg without a state has null there, as the guides show it.',
  },
  {
    operation: /GET \/detail_records/,
    where: 'response',
    message: /\/data\/\d+ must match exactly one schema in oneOf/,
    reason:
      'The kinds of record are open and name their record_type as a default only, so that one fits several.',
  },
];
