import { RelaisError } from '../../kernel/errors.ts';
import type { CallRow } from './calls-store.ts';

const NAMES = { telnyx: 'Telnyx', twilio: 'Twilio' } as const;

/** The error that says why a provider did not take a call, with the call in its details. @param rung where. */
export function refusalOf(call: CallRow, reason: string, rung: string): RelaisError {
  const provider = NAMES[call.provider];
  const { id: callId, providerCode, providerMessage } = call;
  const details = { callId, reason, providerCode, providerMessage };
  const words = providerMessage || reason.replaceAll('_', ' ');
  switch (reason) {
    case 'invalid_number':
      return new RelaisError('invalid_phone_number', { params: { phoneNumber: rung }, details });
    case 'insufficient_funds':
      return new RelaisError('call_unfunded', { params: { provider }, details });
    case 'too_many_calls':
      return new RelaisError('call_busy_provider', { params: { provider }, details });
    case 'region_blocked':
    case 'caller_not_allowed':
      return new RelaisError('call_forbidden', { params: { provider, reason: words }, details });
    default:
      return new RelaisError('call_refused', { params: { provider, reason: words }, details });
  }
}
