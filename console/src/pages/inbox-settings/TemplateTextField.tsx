import { PlusOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea.js';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { TEMPLATE_VARIABLES, TEXT_CHARS_MAX } from '../../../../server/modules/messages/model.ts';
import { insertAt } from './templateText.ts';

interface Props {
  id?: string;
  value?: string;
  onChange?: (text: string) => void;
}

/** A text with buttons that put variables where the caret is. */
export function TemplateTextField({ id, value = '', onChange }: Props) {
  const { t } = useTranslation();
  const area = useRef<TextAreaRef>(null);
  const insert = (name: string) => {
    const field = area.current?.resizableTextArea?.textArea;
    const start = field?.selectionStart ?? value.length;
    const next = insertAt(value, `{{${name}}}`, start, field?.selectionEnd ?? start);
    onChange?.(next.text);
    // The caret moves once the new text is in the field.
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(next.caret, next.caret);
    });
  };
  return (
    <>
      <Input.TextArea
        id={id}
        ref={area}
        value={value}
        onChange={(event) => onChange?.(event.target.value)}
        autoSize={{ minRows: 4, maxRows: 10 }}
        maxLength={TEXT_CHARS_MAX}
      />
      <div className="insert-row">
        {TEMPLATE_VARIABLES.map((name) => {
          const label = t(`texts.templates.known.${name}`);
          return (
            <Button
              key={name}
              size="small"
              icon={<PlusOutlined />}
              aria-label={t('texts.templates.insertOf', { name: label })}
              onClick={() => insert(name)}
            >
              {label}
            </Button>
          );
        })}
      </div>
    </>
  );
}
