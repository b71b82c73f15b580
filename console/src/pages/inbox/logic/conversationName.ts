import type { Conversation } from '../../../api/inboxTypes.ts';
import { phoneText } from '../../../ui/format.ts';

/** Whom a conversation is with: the contact's name, else the number. */
export function conversationName({
  contact,
  phone_number,
}: Pick<Conversation, 'contact' | 'phone_number'>): string {
  return contact?.name || phoneText(phone_number);
}
