import { SoundOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const SPOKEN_MAX = 1000;

interface Props {
  value?: string | null;
  onChange?: (value: string | null) => void;
  id?: string;
  label?: string;
  language: 'fr' | 'en';
  placeholder?: string;
}

/** Words that a caller will hear, and a way to hear them before. */
export function SpokenText({ value, onChange, id, label, language, placeholder }: Props) {
  const { t } = useTranslation();
  return (
    <div className="spoken">
      <Input.TextArea
        id={id}
        lang={language}
        aria-label={label}
        placeholder={placeholder}
        autoSize={{ minRows: 2, maxRows: 8 }}
        maxLength={SPOKEN_MAX}
        value={value ?? ''}
        onChange={(event) => onChange?.(event.target.value.trimStart() || null)}
      />
      {value && <ListenButton text={value} language={language} />}
      {!value && <span className="visually-hidden">{t('common.none')}</span>}
    </div>
  );
}

function ListenButton({ text, language }: { text: string; language: 'fr' | 'en' }) {
  const { t } = useTranslation();
  const [isSpeaking, setSpeaking] = useState(false);
  useEffect(() => () => window.speechSynthesis?.cancel(), []);
  if (!('speechSynthesis' in window)) return null;
  const toggle = () => {
    speechSynthesis.cancel();
    if (isSpeaking) return setSpeaking(false);
    const words = new SpeechSynthesisUtterance(text);
    words.lang = language === 'fr' ? 'fr-FR' : 'en-GB';
    words.onend = () => setSpeaking(false);
    words.onerror = () => setSpeaking(false);
    setSpeaking(true);
    speechSynthesis.speak(words);
  };
  return (
    <Button
      size="small"
      type="text"
      icon={<SoundOutlined />}
      title={t('callRules.route.listenHint')}
      onClick={toggle}
    >
      {t(isSpeaking ? 'callRules.route.stop' : 'callRules.route.listen')}
    </Button>
  );
}
