// Examples for Cameroon. Operators change their menus without telling anybody: a technician checks each one with a small amount on
// the SIM in hand, writes the book that works to a file, and names it in the configuration. Until then the modem does not dial.

const AMOUNT = '(?<amount>\\d[\\d .,]*)\\s*(?:F ?CFA|XAF|FCFA|F)\\b';
const BALANCE = '(?:solde|balance)[^\\d]{0,40}(?<balance>\\d[\\d .,]*)';
const REFERENCE =
  '(?:ref(?:erence)?|trans(?:action)? ?id|txn ?id|id)\\s*[.:n°]*\\s*(?<ref>[A-Z0-9][A-Z0-9.]{5,40})';

const rule = (
  outcome: 'completed' | 'failed' | 'pending' | 'doubt',
  code: string,
  pattern: string,
  repeatable = false,
) => ({ outcome, code, pattern, repeatable });

const SUCCESS = '(?:effectue|reussi|avec succes|successful|completed|a ete credite|has been credited)';
const MOVE = '(?:transfert|transfer|recharge|depot|deposit|retrait|withdrawal|airtime|credit)';
const NUMBER = '(?<number>(?:\\+?237)?[26]\\d{8})';

const DOUBT = rule(
  'doubt',
  'doubt',
  "n['’ ]?(?:a|est|ont|sont|etait) pas|pas (?:ete|pu|abouti)|non (?:effectue|reussi|abouti)|(?:not|not been) (?:successful|completed|credited|processed)|unsuccessful|echec|echou|fail|rejet|rejected|annul|cancel|impossible|erreur|error|reverse|rembours",
);

/** What these operators say in French and English; each operator may say more. */
const COMMON_ANSWERS = [
  DOUBT,
  rule('completed', 'done', SUCCESS),
  // The same once more for what else it says: money of somebody else is not ours.
  rule('completed', 'done', `${MOVE}[^.]{0,30}?${AMOUNT}[\\s\\S]*?${NUMBER}[\\s\\S]*?${SUCCESS}`),
  rule('completed', 'done', `${SUCCESS}[\\s\\S]*?${REFERENCE}`),
  rule('completed', 'done', `${SUCCESS}[\\s\\S]*?${BALANCE}`),
  rule(
    'failed',
    'no_float',
    '(?:solde|balance|fonds|funds)[^.]{0,30}(?:insuffisant|insufficient|not enough)|insufficient (?:balance|funds)',
  ),
  rule(
    'failed',
    'wrong_pin',
    '(?:code secret|code pin|pin|mot de passe)[^.]{0,30}(?:incorrect|errone|invalide|wrong|invalid)|(?:incorrect|wrong|invalid) (?:pin|password)',
  ),
  rule(
    'failed',
    'wrong_number',
    '(?:numero|number|beneficiaire|msisdn|recipient)[^.]{0,30}(?:invalide|incorrect|invalid|inconnu|unknown|not registered)',
  ),
  rule('failed', 'limit', '(?:plafond|limite)[^.]{0,30}(?:atteint|depasse)|limit (?:reached|exceeded)'),
  rule(
    'failed',
    'busy',
    '(?:service|systeme|system)[^.]{0,40}(?:indisponible|unavailable|occupe|busy)',
    true,
  ),
  rule(
    'pending',
    'pending',
    '(?:en cours de traitement|being processed|vous recevrez un (?:sms|message)|you will receive (?:an? )?(?:sms|message))',
  ),
];

/** Confirmations name the number, the amount and a reference, so a text without them proves nothing. */
const COMMON_TEXTS = [
  DOUBT,
  rule(
    'completed',
    'done',
    `(?:transfert|transfer|recharge|depot|deposit|retrait|withdrawal|airtime|credit)[^.]*?${AMOUNT}[\\s\\S]*?(?<number>(?:\\+?237)?[26]\\d{8})[\\s\\S]*?${REFERENCE}[\\s\\S]*?${BALANCE}`,
  ),
  rule(
    'completed',
    'done',
    `(?:transfert|transfer|recharge|depot|deposit|retrait|withdrawal|airtime|credit)[^.]*?${AMOUNT}[\\s\\S]*?(?<number>(?:\\+?237)?[26]\\d{8})[\\s\\S]*?${REFERENCE}`,
  ),
  rule(
    'failed',
    'refused',
    `(?:echoue|echec|failed|rejete|rejected)[\\s\\S]*?${AMOUNT}[\\s\\S]*?(?<number>(?:\\+?237)?[26]\\d{8})`,
  ),
];

const code = (send: string, items: Record<string, string> = {}) => ({
  steps: [{ send, commits: true }],
  items,
});

/** The book that comes along. */
export const EXAMPLES = {
  version: 'cm-examples-1',
  countryCode: '237',
  operators: {
    mtn: {
      types: {
        recharge: code('*126*3*{number}*{amount}*{pin}#'),
        deposit: code('*126*1*1*{number}*{amount}*{pin}#'),
        // What needs the menu, step by step: nothing has happened before the PIN.
        withdraw: {
          steps: [
            { send: '*126#' },
            { choose: 'retrait|withdraw', expect: 'retrait|withdraw' },
            { send: '{number}', expect: 'numero|number' },
            { send: '{amount}', expect: 'montant|amount' },
            { send: '{pin}', expect: 'pin|code secret', commits: true },
          ],
        },
        voucher: code('*126*4*{number}*{item}*{pin}#', { MTN_DATA_1GB: '1', MTN_DATA_5GB: '2' }),
      },
      balance: { send: '*126*6*1*{pin}#', pattern: BALANCE },
      answers: COMMON_ANSWERS,
      texts: { senders: ['MobileMoney', 'MTN MoMo', 'MTN'], rules: COMMON_TEXTS },
    },
    orange: {
      types: {
        recharge: code('#150*3*{number}*{amount}*{pin}#'),
        deposit: code('#150*1*1*{number}*{amount}*{pin}#'),
        withdraw: code('#150*2*{number}*{amount}*{pin}#'),
        voucher: code('#150*4*{number}*{item}*{pin}#', { ORANGE_DATA_1GB: '1', ORANGE_DATA_5GB: '2' }),
      },
      balance: { send: '#150*6*1*{pin}#', pattern: BALANCE },
      answers: COMMON_ANSWERS,
      texts: { senders: ['OrangeMoney', 'Orange'], rules: COMMON_TEXTS },
    },
    moov: {
      types: {
        recharge: code('*155*3*{number}*{amount}*{pin}#'),
        deposit: code('*155*1*{number}*{amount}*{pin}#'),
        withdraw: code('*155*2*{number}*{amount}*{pin}#'),
      },
      balance: { send: '*155*6*{pin}#', pattern: BALANCE },
      answers: COMMON_ANSWERS,
      texts: { senders: ['MoovMoney', 'Moov'], rules: COMMON_TEXTS },
    },
    camtel: {
      types: {
        recharge: code('*825*3*{number}*{amount}*{pin}#'),
        deposit: code('*825*1*{number}*{amount}*{pin}#'),
        withdraw: code('*825*2*{number}*{amount}*{pin}#'),
      },
      balance: { send: '*825*6*{pin}#', pattern: BALANCE },
      answers: COMMON_ANSWERS,
      texts: { senders: ['BlueMoney', 'CAMTEL'], rules: COMMON_TEXTS },
    },
  },
};
