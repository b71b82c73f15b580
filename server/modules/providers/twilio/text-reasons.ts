import { textReasons } from '../texts.ts';

/** Twilio's error codes of texts, of answers and receipts alike (twilio.com/docs/api/errors). */
export const twilioReasons = textReasons({
  invalid_number: [21211, 21217, 21265, 21266, 21401, 21421, 21604],
  landline: [21614, 21635, 30006],
  unreachable: [21612, 30003],
  unknown_destination: [30005],
  opted_out: [21610],
  blocked: [30004],
  filtered: [30007, 30038, 30450],
  region_blocked: [21408],
  sender_not_allowed: [21212, 21603, 21606, 21607, 21659, 21660, 21661],
  unregistered_sender: [30024, 30032, 30033, 30034, 30040],
  expired: [30036],
  queue_full: [21611, 30001],
  // Limits and jams of the carriers: what was refused today may pass tomorrow.
  carrier_unavailable: [30017, 30022, 30023, 30027, 30410],
  media_rejected: [11200, 11751, 12300, 21620, 21623, 30011, 30019, 63019],
  too_long: [21605, 21617],
  // Twilio suspends an account that has no money.
  insufficient_funds: [10001, 20005, 30044],
  // 21608: a trial account writes to numbers that it proved to own. 63038: the account's limit of the day.
  account_problem: [20003, 21608, 30002, 30037, 63038, 90010],
});
