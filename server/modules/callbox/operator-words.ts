import type { TransactionType } from './model.ts';

/**
 * How operators in Cameroon word what they confirm, in French and English, as a beginning: operators change their words without
 * notice, so companies try the texts that their SIMs receive and add what is missing.
 */
export interface BuiltIn {
  /** Its name for ever: companies switch it off by it. */
  key: string;
  operator: string;
  name: string;
  senders: string[];
  /** Null: any. */
  type: TransactionType | null;
  outcome: Outcome;
  wording: string;
}

/** What a text says: it was done, it was not done, or only how much is there. */
export const OUTCOMES = ['completed', 'failed', 'balance'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const SENDERS: Record<string, string[]> = {
  mtn: ['MobileMoney', 'MTN MoMo', 'MTNMoMo', 'MoMo', 'MTN', 'MTN CMR', 'MTNTopUp'],
  orange: ['OrangeMoney', 'Orange Money', 'Orange', 'OM', 'Orange CM', 'OrangeTopUp'],
  moov: ['MoovMoney', 'Moov Money', 'Moov', 'Flooz', 'Moov Africa'],
  camtel: ['CAMTEL', 'BlueMoney', 'Blue Money', 'blue', 'CT Money'],
};

type Wordings = Record<TransactionType | 'failed' | 'balance', { fr: string; en: string }>;

const WORDINGS: Record<string, Wordings> = {
  mtn: {
    recharge: {
      fr: 'Vous avez transfere {amount} de credit de communication au {number}. Votre nouveau solde est de {balance}. ID de la transaction: {reference}{any}',
      en: 'You have transferred {amount} of airtime to {number}. Your new balance is {balance}. Transaction ID: {reference}{any}',
    },
    voucher: {
      fr: 'Vous avez achete le forfait {any} de {amount} pour le {number}. Votre nouveau solde est de {balance}. ID de la transaction: {reference}{any}',
      en: 'You have bought the bundle {any} of {amount} for {number}. Your new balance is {balance}. Transaction ID: {reference}{any}',
    },
    deposit: {
      fr: 'Vous avez effectue un depot de {amount} pour {name} ({number}) le {date}. Votre nouveau solde est de {balance}. ID de la transaction: {reference}{any}',
      en: 'You have made a deposit of {amount} for {name} ({number}) at {date}. Your new balance is {balance}. Transaction ID: {reference}{any}',
    },
    withdraw: {
      fr: 'Retrait de {amount} effectue par {name} ({number}) le {date}. Votre nouveau solde est de {balance}. ID de la transaction: {reference}{any}',
      en: 'Withdrawal of {amount} made by {name} ({number}) at {date}. Your new balance is {balance}. Transaction ID: {reference}{any}',
    },
    failed: {
      fr: "Y'ello, votre transaction de {amount} vers le {number} a echoue{any}",
      en: "Y'ello, your transaction of {amount} to {number} has failed{any}",
    },
    balance: {
      fr: "Y'ello, le solde de votre compte est de {balance}{any}",
      en: "Y'ello, the balance of your account is {balance}{any}",
    },
  },
  orange: {
    recharge: {
      fr: 'Recharge de {amount} pour le {number} reussie. ID transaction: {reference}. Nouveau solde: {balance}{any}',
      en: 'Top up of {amount} for {number} successful. Transaction ID: {reference}. New balance: {balance}{any}',
    },
    voucher: {
      fr: 'Achat du forfait {any} pour le {number} reussi. Montant: {amount}. ID transaction: {reference}. Nouveau solde: {balance}{any}',
      en: 'Purchase of bundle {any} for {number} successful. Amount: {amount}. Transaction ID: {reference}. New balance: {balance}{any}',
    },
    deposit: {
      fr: 'Depot vers {number} {name} reussi. Montant de la transaction: {amount}. ID transaction: {reference}. Frais: {any}. Nouveau solde: {balance}{any}',
      en: 'Deposit to {number} {name} successful. Transaction amount: {amount}. Transaction ID: {reference}. Fees: {any}. New balance: {balance}{any}',
    },
    withdraw: {
      fr: 'Retrait de {number} {name} reussi. Montant de la transaction: {amount}. ID transaction: {reference}. Frais: {any}. Nouveau solde: {balance}{any}',
      en: 'Withdrawal from {number} {name} successful. Transaction amount: {amount}. Transaction ID: {reference}. Fees: {any}. New balance: {balance}{any}',
    },
    failed: {
      fr: 'Echec de la transaction de {amount} vers le {number}{any}',
      en: 'The transaction of {amount} to {number} failed{any}',
    },
    balance: {
      fr: 'Votre solde Orange Money est de {balance}{any}',
      en: 'Your Orange Money balance is {balance}{any}',
    },
  },
  moov: {
    recharge: {
      fr: 'Vous avez recharge le {number} de {amount}. Ref: {reference}. Solde: {balance}{any}',
      en: 'You have recharged {number} with {amount}. Ref: {reference}. Balance: {balance}{any}',
    },
    voucher: {
      fr: 'Forfait {any} active sur le {number}. Cout: {amount}. Ref: {reference}. Solde: {balance}{any}',
      en: 'Bundle {any} activated on {number}. Cost: {amount}. Ref: {reference}. Balance: {balance}{any}',
    },
    deposit: {
      fr: 'Vous avez depose {amount} sur le compte du {number}, {name}. Ref: {reference}. Solde: {balance}{any}',
      en: 'You have deposited {amount} on the account of {number}, {name}. Ref: {reference}. Balance: {balance}{any}',
    },
    withdraw: {
      fr: 'Le client {number}, {name}, a retire {amount}. Ref: {reference}. Solde: {balance}{any}',
      en: 'The customer {number}, {name}, has withdrawn {amount}. Ref: {reference}. Balance: {balance}{any}',
    },
    failed: {
      fr: 'Votre operation de {amount} pour le {number} a echoue{any}',
      en: 'Your operation of {amount} for {number} has failed{any}',
    },
    balance: {
      fr: 'Votre solde Moov Money est de {balance}{any}',
      en: 'Your Moov Money balance is {balance}{any}',
    },
  },
  camtel: {
    recharge: {
      fr: 'Transfert de credit de {amount} au {number} effectue. Reference: {reference}. Votre solde est de {balance}{any}',
      en: 'Credit transfer of {amount} to {number} done. Reference: {reference}. Your balance is {balance}{any}',
    },
    voucher: {
      fr: 'Souscription au forfait {any} pour le {number} effectuee. Montant: {amount}. Reference: {reference}. Votre solde est de {balance}{any}',
      en: 'Subscription to the bundle {any} for {number} done. Amount: {amount}. Reference: {reference}. Your balance is {balance}{any}',
    },
    deposit: {
      fr: 'Depot de {amount} au {number} effectue. Reference: {reference}. Votre solde est de {balance}{any}',
      en: 'Deposit of {amount} to {number} done. Reference: {reference}. Your balance is {balance}{any}',
    },
    withdraw: {
      fr: 'Retrait de {amount} par le {number} effectue. Reference: {reference}. Votre solde est de {balance}{any}',
      en: 'Withdrawal of {amount} by {number} done. Reference: {reference}. Your balance is {balance}{any}',
    },
    failed: {
      fr: 'Votre demande de {amount} pour le {number} a echoue{any}',
      en: 'Your request of {amount} for {number} has failed{any}',
    },
    balance: {
      fr: 'Le solde de votre compte Blue Money est de {balance}{any}',
      en: 'The balance of your Blue Money account is {balance}{any}',
    },
  },
};

const NAMES: Record<keyof Wordings, string> = {
  recharge: 'Recharge',
  voucher: 'Voucher',
  deposit: 'Deposit',
  withdraw: 'Withdrawal',
  failed: 'Failure',
  balance: 'Balance',
};

function builtIn(operator: string, what: keyof Wordings, language: 'fr' | 'en'): BuiltIn {
  const says = what === 'failed' || what === 'balance' ? what : null;
  return {
    key: `${operator}.${what}.${language}`,
    operator,
    name: `${NAMES[what]} (${language})`,
    senders: SENDERS[operator]!,
    type: says ? null : (what as TransactionType),
    outcome: says ?? 'completed',
    wording: WORDINGS[operator]![what][language],
  };
}

export const BUILT_IN: readonly BuiltIn[] = Object.keys(WORDINGS).flatMap((operator) =>
  (Object.keys(NAMES) as (keyof Wordings)[]).flatMap((what) =>
    (['fr', 'en'] as const).map((language) => builtIn(operator, what, language)),
  ),
);
