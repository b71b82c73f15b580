import { Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { segmentsOf } from '../../../../server/modules/messages/model.ts';
import { useCompany } from '../../api/session.ts';
import type { BothLanguages } from '../../api/textTypes.ts';

const MODES = ['standard', 'own', 'none'] as const;
type Mode = (typeof MODES)[number];

/** As long as the server takes. */
const ANSWER_CHARS_MAX = 640;

interface Props {
  label: string;
  value?: string | null;
  onChange?: (text: string | null) => void;
  /** What is answered while nothing else was written, in the language of the keyword. */
  standard: BothLanguages;
}

const modeOf = (value: string | null): Mode => (value === null ? 'standard' : value ? 'own' : 'none');

/** An automatic answer: the standard one (null), one's own, or none (empty). */
export function AnswerField({ label, value = null, onChange, standard }: Props) {
  const { t, i18n } = useTranslation();
  const [mode, setMode] = useState<Mode>(modeOf(value));
  const begin = standard[i18n.language === 'fr' ? 'fr' : 'en'];
  const choose = (next: Mode) => {
    setMode(next);
    onChange?.(next === 'standard' ? null : next === 'none' ? '' : begin);
  };
  return (
    <div className="answer-field">
      <Radio.Group
        aria-label={label}
        optionType="button"
        size="small"
        value={mode}
        onChange={(event) => choose(event.target.value as Mode)}
        options={MODES.map((each) => ({ value: each, label: t(`texts.inbox.modes.${each}`) }))}
      />
      {mode === 'standard' && <StandardAnswer standard={standard} />}
      {mode === 'own' && <OwnAnswer label={label} value={value ?? ''} onChange={onChange} />}
      {mode !== 'standard' && !value && <p className="muted small">{t('texts.inbox.noAnswer')}</p>}
    </div>
  );
}

function StandardAnswer({ standard }: { standard: BothLanguages }) {
  const { t } = useTranslation();
  const company = useCompany();
  return (
    <>
      {(['fr', 'en'] as const).map((language) => (
        <div key={language} className="sample" lang={language}>
          {standard[language].replaceAll('{{company}}', company.name)}
        </div>
      ))}
      <p className="muted small">{t('texts.inbox.inLanguage')}</p>
    </>
  );
}

interface OwnProps {
  label: string;
  value: string;
  onChange: Props['onChange'];
}

function OwnAnswer({ label, value, onChange }: OwnProps) {
  const { t } = useTranslation();
  const company = useCompany();
  const { segments, units, encoding } = segmentsOf(value.replaceAll('{{company}}', company.name));
  return (
    <>
      <Input.TextArea
        aria-label={label}
        value={value}
        onChange={(event) => onChange?.(event.target.value)}
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={ANSWER_CHARS_MAX}
      />
      {value && (
        <p className="muted small">
          {t('texts.templates.segmentsOf', { count: segments })} ·{' '}
          {t('texts.templates.counter', { units, encoding })}
          {encoding === 'UCS-2' && (
            <>
              <br />
              {t('texts.templates.unicodeHint')}
            </>
          )}
        </p>
      )}
    </>
  );
}
