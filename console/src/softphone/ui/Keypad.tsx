import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { KEY_LETTERS, KEYPAD } from '../logic/dialInput.ts';

const SHOWN_MAX = 16;

/** The keys of a telephone, for menus at the other end; the keyboard's digits press them too. */
export function Keypad({ onPress }: { onPress: (digits: string) => void }) {
  const { t } = useTranslation();
  const [pressed, setPressed] = useState('');
  const place = useRef<HTMLFieldSetElement>(null);
  useEffect(() => place.current?.querySelector('button')?.focus({ preventScroll: true }), []);
  const press = (digit: string) => {
    setPressed((before) => (before + digit).slice(-SHOWN_MAX));
    onPress(digit);
  };
  return (
    <div className="keypad">
      <output className="keypad-pressed" aria-live="polite">
        {pressed ? t('calls.bar.sent', { digits: pressed }) : '\u00a0'}
      </output>
      <fieldset
        ref={place}
        className="keypad-keys"
        aria-label={t('calls.bar.keypad')}
        onKeyDown={(event) => {
          if (event.altKey || event.ctrlKey || event.metaKey) return;
          if ((KEYPAD as readonly string[]).includes(event.key)) press(event.key);
        }}
      >
        {KEYPAD.map((digit) => (
          <button key={digit} type="button" onClick={() => press(digit)}>
            {digit}
            <small aria-hidden="true">{KEY_LETTERS[digit] ?? '\u00a0'}</small>
          </button>
        ))}
      </fieldset>
    </div>
  );
}
