import type { Provider } from '../accounts.ts';

/** What a word alone in a text asks of the provider. */
export type Wish = 'stop' | 'start' | 'help';

const STOP = ['STOP', 'STOPALL', 'STOP ALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'];
const START = ['START', 'UNSTOP'];
const HELP = ['HELP', 'INFO'];

const WORDS: Record<Provider, Record<Wish, string[]>> = {
  telnyx: { stop: STOP, start: START, help: HELP },
  twilio: { stop: [...STOP, 'REVOKE', 'OPTOUT'], start: [...START, 'YES'], help: HELP },
};

/** The provider's own answers, which it sends by itself. */
export const CONFIRMATIONS: Record<Provider, Record<Wish, string>> = {
  telnyx: {
    stop: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
    start:
      'You have successfully been re-subscribed to messages from this number. Reply STOP to unsubscribe.',
    help: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  },
  twilio: {
    stop: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
    start:
      'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
    help: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  },
};

/** A text that is nothing but a keyword: which one, and what it asks for. */
export function wishOf(provider: Provider, text: string): { wish: Wish; keyword: string } | undefined {
  const keyword = text.trim().replace(/\s+/g, ' ').toUpperCase();
  for (const [wish, words] of Object.entries(WORDS[provider]) as [Wish, string[]][]) {
    if (words.includes(keyword)) return { wish, keyword };
  }
  return undefined;
}
