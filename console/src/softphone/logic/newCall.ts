import type { NewCall } from '../../api/callTypes.ts';
import type { DialWish } from '../dialStore.ts';
import { readDialled, regionOf } from './dialInput.ts';

/** The dialler as it is filled in. */
export interface DialForm {
  to: string;
  from: string;
  via: 'phone' | 'browser';
  agentPhone: string;
  /** Absent while it is not known what the company's rules say: then they decide. */
  record?: boolean;
}

/** The call that somebody asks for. The contact comes with the number that the dialler was opened for, not with another. */
export function newCallOf(form: DialForm, wish: DialWish, country: string | null): NewCall {
  const { to, from, via, agentPhone, record } = form;
  const region = regionOf(from, country);
  const number = readDialled(to, region) ?? to.trim();
  return {
    ...{ from, to: number, via },
    ...(via === 'phone' ? { agentPhone: readDialled(agentPhone, region) ?? agentPhone.trim() } : {}),
    ...(wish.contactId && number === wish.to ? { contactId: wish.contactId } : {}),
    ...(record === undefined ? {} : { record }),
  };
}
