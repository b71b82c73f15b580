import { App } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNotify } from './useNotify.ts';

interface Question {
  title: string;
  content?: ReactNode;
  confirm: string;
  danger?: boolean;
  action: () => Promise<unknown>;
}

/** Asks before an act that cannot be undone, runs it, and tells when it failed. */
export function useConfirm(): (question: Question) => void {
  const { modal } = App.useApp();
  const { failed } = useNotify();
  const { t } = useTranslation();
  return ({ title, content, confirm, danger = true, action }) => {
    modal.confirm({
      title,
      content,
      icon: null,
      centered: true,
      okText: confirm,
      cancelText: t('common.cancel'),
      okButtonProps: { danger },
      focusable: { autoFocusButton: 'cancel' },
      onOk: () => action().catch(failed),
    });
  };
}
