import type { Kernel } from '../../kernel/ctx.ts';
import { onContactDeleted, onContactMerged } from './conversations.ts';
import { onNumberConfigured, onNumberReleased, refuseOwnNumber } from './integration-news.ts';

/** What texts want to know of the modules below. */
export function listenForMessages({ news }: Kernel): void {
  news.on('number.configured', onNumberConfigured);
  news.on('number.released', onNumberReleased);
  news.on('contact.phone_added', refuseOwnNumber);
  news.on('contact.merged', onContactMerged);
  news.on('contact.deleted', onContactDeleted);
}
