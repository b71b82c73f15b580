import { useState } from 'react';
import type { AvailableNumber, NumberType, Provider } from '../../../api/types.ts';

const KEY = 'relais.chosen-number';

/** The number that was picked from a search: it has no address of its own, so this tab remembers it. */
export function useChosenNumber(zone: string | null, provider: Provider, type: NumberType) {
  const [number, setNumber] = useState<AvailableNumber | null>(read);
  const fits = number?.country === zone && number.provider === provider && number.type === type;
  const choose = (next: AvailableNumber | null) => {
    if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
    else sessionStorage.removeItem(KEY);
    setNumber(next);
  };
  return [fits ? number : null, choose] as const;
}

function read(): AvailableNumber | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as AvailableNumber | null;
  } catch {
    return null;
  }
}
