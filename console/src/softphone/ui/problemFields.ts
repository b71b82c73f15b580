/** The field of the dialler that an error of the server is about. */
export const FIELD_OF_CODE: Readonly<Record<string, string>> = {
  invalid_phone_number: 'to',
  call_own_number: 'to',
  emergency_number: 'to',
  call_country_blocked: 'to',
  call_prefix_blocked: 'to',
  call_premium_blocked: 'to',
  caller_not_owned: 'from',
  call_same_phone: 'agentPhone',
  own_phone_missing: 'via',
};
