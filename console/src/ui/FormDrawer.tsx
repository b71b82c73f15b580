import { Button, Drawer, Form } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from './ErrorNotice.tsx';
import { usePhone } from './useMedia.ts';

interface Props<Values> {
  open: boolean;
  title: string;
  submit: string;
  initialValues?: Partial<Values>;
  saving: { mutate: (values: Values) => void; isPending: boolean; error: Error | null; reset: () => void };
  onClose: () => void;
  children: ReactNode;
}

/** A form at the side of the page it belongs to; on a phone, over all of it. */
export function FormDrawer<Values extends object>({
  open,
  title,
  submit,
  initialValues,
  saving,
  onClose,
  children,
}: Props<Values>) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const isPhone = usePhone();
  const { reset } = saving;
  useEffect(() => {
    if (open) reset();
  }, [open, reset]);

  const footer = (
    <div className="drawer-foot">
      <Button onClick={onClose}>{t('common.cancel')}</Button>
      <Button type="primary" loading={saving.isPending} onClick={form.submit}>
        {submit}
      </Button>
    </div>
  );
  return (
    <Drawer
      open={open}
      title={title}
      size={isPhone ? '100%' : 460}
      onClose={onClose}
      footer={footer}
      destroyOnHidden
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        scrollToFirstError={{ focus: true }}
        initialValues={initialValues}
        onFinish={(values) => saving.mutate(values)}
      >
        <ErrorNotice error={saving.error} />
        {children}
        {/* Enter in a field sends the form. */}
        <button type="submit" hidden tabIndex={-1} aria-hidden="true" />
      </Form>
    </Drawer>
  );
}
