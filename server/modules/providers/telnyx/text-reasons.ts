import { textReasons } from '../texts.ts';

/** Telnyx's error codes of texts, of answers and receipts alike (developers.telnyx.com, messaging error codes). */
export const telnyxReasons = textReasons({
  invalid_number: [10002, 10016, 40012, 40310],
  // "The destination is either a landline or a non-routable wireless number."
  landline: [40001],
  unreachable: [40008],
  opted_out: [40300],
  blocked: [40004],
  filtered: [40002, 40003, 40015, 40322],
  region_blocked: [40309, 40331],
  sender_not_allowed: [40013, 40100, 40305, 40306, 40307, 40308, 40312, 40315, 40319, 40320, 40321],
  unregistered_sender: [40010, 40329, 40330],
  expired: [40005, 40014],
  queue_full: [40318],
  // Limits and jams of the carriers: what was refused today may pass tomorrow.
  carrier_unavailable: [40006, 40011, 40016, 40018],
  media_rejected: [40301, 40317],
  too_long: [40302],
  insufficient_funds: [20012, 20100],
  account_problem: [10009, 10010, 10038, 10039, 20013, 20014, 20015, 20016, 20017, 40314, 40333],
});
