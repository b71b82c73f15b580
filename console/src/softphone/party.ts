import { useTranslation } from 'react-i18next';
import type { Call } from '../api/callTypes.ts';
import { phoneText } from '../ui/format.ts';
import { otherSide } from './logic/dialInput.ts';

type Named = Pick<Call, 'contact' | 'direction' | 'from' | 'to'>;

/** Whom a call is with: the contact's name, else the number; callers may hide theirs. */
export function usePartyName(): (call: Named) => string {
  const { t } = useTranslation();
  return (call) => call.contact?.name || numberName(otherSide(call), t('calls.hiddenNumber'));
}

/** A number for reading; words for one that is hidden. */
export function numberName(number: string, hidden: string): string {
  return /\d/.test(number) ? phoneText(number) : hidden;
}
