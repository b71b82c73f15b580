import { Button, Form, Input, type InputRef, Modal, Spin } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../../api/session.ts';
import { paths } from '../../../paths.ts';
import type { Templates } from './useTemplates.ts';

export const TEMPLATE_MENU = 'template-menu';
export const optionId = (index: number) => `${TEMPLATE_MENU}-${index}`;

/** Ready texts above the composer; the keyboard stays in the text and chooses with arrows and Enter. */
export function TemplateMenu({ templates }: { templates: Templates }) {
  const { t } = useTranslation();
  const mayManage = useMay()('inbox:manage');
  const { isOpen, isLoading, found, at, all } = templates;
  if (!isOpen) return null;
  return (
    <div className="template-menu">
      {isLoading && <Spin size="small" />}
      {!isLoading && found.length === 0 && (
        <p className="template-none">
          {t(all ? 'inbox.templates.noMatch' : 'inbox.templates.none')}{' '}
          {!all && mayManage && <Link to={paths.templates}>{t('inbox.templates.make')}</Link>}
        </p>
      )}
      <div id={TEMPLATE_MENU} role="listbox" tabIndex={-1} aria-label={t('inbox.templates.title')}>
        {found.map((template, index) => (
          <button
            key={template.id}
            id={optionId(index)}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className="template-option"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => templates.choose(template)}
          >
            <strong>{template.name}</strong>
            <span>{template.text}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

/** Asks for what a template leaves blank and nobody else knows. */
export function TemplateBlanks({ templates }: { templates: Templates }) {
  const { t } = useTranslation();
  const { blanks } = templates;
  const first = useRef<InputRef>(null);
  return (
    <Modal
      open={blanks !== null}
      title={blanks?.template.name}
      onCancel={templates.leaveBlanks}
      footer={null}
      destroyOnHidden
      afterOpenChange={(isOpen) => isOpen && first.current?.focus()}
    >
      <p className="section-text">{t('inbox.templates.fill')}</p>
      <Form layout="vertical" requiredMark={false} onFinish={templates.fill}>
        {blanks?.names.map((name, index) => (
          <Form.Item
            key={name}
            name={name}
            label={name.replaceAll('_', ' ')}
            rules={[{ required: true, message: t('common.required') }]}
          >
            <Input ref={index === 0 ? first : undefined} />
          </Form.Item>
        ))}
        <Button type="primary" htmlType="submit" loading={templates.isFilling}>
          {t('inbox.templates.insert')}
        </Button>
      </Form>
    </Modal>
  );
}
