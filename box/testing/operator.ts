/** Something that the pretended operator truly did. */
export interface Booking {
  type: 'recharge' | 'voucher' | 'deposit' | 'withdraw';
  number: string;
  amount: number;
  reference: string;
}

/** What the network says; `more`: it waits for an answer. null: nothing, ever. */
export interface Saying {
  text: string;
  more: boolean;
}

/** An operator with one subscriber's purse, who books at once and forgets nothing. */
export interface Operator {
  bookings: Booking[];
  balance: number;
  /** Every code and answer that came, with PINs. */
  heard: string[];
  pin: string;
  /** Texts that it wants to send. */
  outbox: { sender: string; text: string }[];
  /** Whether confirmations go out. */
  confirms: boolean;
  /** How it answers numbers that end so, instead of booking. */
  refusals: Record<string, string>;
  say(code: string): Saying;
}

const TYPES = { '3': 'recharge', '1*1': 'deposit', '2': 'withdraw', '4': 'voucher' } as const;

/** Understands the codes of the example templates of MTN. */
export function createOperator(
  options: Partial<Pick<Operator, 'pin' | 'balance' | 'confirms'>> = {},
): Operator {
  let menu: { number?: string; amount?: number; at: 'top' | 'number' | 'amount' | 'pin' } | null = null;
  const operator: Operator = {
    bookings: [],
    balance: options.balance ?? 500_000,
    heard: [],
    pin: options.pin ?? '73914',
    outbox: [],
    confirms: options.confirms ?? false,
    refusals: { '0001': 'Service momentanement indisponible.', '0002': 'Numero invalide.', '0005': 'Merci.' },
    say(code) {
      operator.heard.push(code);
      if (code.startsWith('*')) menu = null;
      const shot = /^\*126\*(3|1\*1|2|4)\*(\d{9})\*(\d+)\*(\d+)#$/.exec(code);
      if (shot) return book(TYPES[shot[1] as keyof typeof TYPES], shot[2]!, Number(shot[3]), shot[4]!);
      if (/^\*126\*6\*1\*\d+#$/.test(code))
        return { text: `Votre solde est de ${operator.balance} FCFA.`, more: false };
      if (code === '*126#') {
        menu = { at: 'top' };
        return { text: "MTN MoMo\n1. Transfert\n2. Retrait d'argent\n3. Factures\n0. Quitter", more: true };
      }
      return answerMenu(code);
    },
  };

  function answerMenu(code: string): Saying {
    if (menu?.at === 'top' && code === '2') {
      menu = { at: 'number' };
      return { text: 'Entrez le numéro du client', more: true };
    }
    if (menu?.at === 'number') {
      menu = { at: 'amount', number: code };
      return { text: 'Entrez le montant', more: true };
    }
    if (menu?.at === 'amount') {
      menu = { ...menu, at: 'pin', amount: Number(code) };
      return { text: `Retrait de ${code} FCFA pour ${menu.number}. Entrez votre code secret`, more: true };
    }
    if (menu?.at === 'pin') return book('withdraw', menu.number!, menu.amount!, code);
    return { text: 'Choix invalide', more: false };
  }

  function book(type: Booking['type'], number: string, amount: number, pin: string): Saying {
    menu = null;
    if (pin !== operator.pin) return { text: 'Code PIN incorrect.', more: false };
    const refusal = operator.refusals[number.slice(-4)];
    if (refusal) return { text: refusal, more: false };
    if (type !== 'withdraw' && operator.balance < amount) return { text: 'Solde insuffisant.', more: false };
    operator.balance += type === 'withdraw' ? amount : -amount;
    const reference = `MP${String(operator.bookings.length + 1).padStart(6, '0')}`;
    operator.bookings.push({ type, number, amount, reference });
    const end = `Transfert de ${amount} FCFA a 237${number} effectue avec succes. ID: ${reference}. Nouveau solde: ${operator.balance} FCFA.`;
    if (operator.confirms) operator.outbox.push({ sender: 'MobileMoney', text: end });
    return { text: end, more: false };
  }
  return operator;
}
