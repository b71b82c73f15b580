import type { Conversation } from '../../../api/inboxTypes.ts';
import { phoneText } from '../../../ui/format.ts';

/** A number of ours as people call it: by its name, if that is more than the number itself. */
export function senderName({ name, phone_number }: { name: string; phone_number: string }): string {
  return name === phone_number ? '' : name;
}

/** Whom a conversation is with: the contact's name, else the number. */
export function conversationName({
  contact,
  phone_number,
}: Pick<Conversation, 'contact' | 'phone_number'>): string {
  return contact?.name || phoneText(phone_number);
}
