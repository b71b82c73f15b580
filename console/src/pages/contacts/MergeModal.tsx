import { SwapOutlined } from '@ant-design/icons';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Descriptions, Form, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { mergedFacts } from '../../../../server/modules/contacts/model.ts';
import { contacts as contactsApi } from '../../api/contacts.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Contact } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { Nothing, PhoneText } from '../../ui/texts.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { contactName, StageTag } from './contactTexts.tsx';

const CHOICES = 20;

/** Makes one contact of two: choose the other, see what will be kept, confirm. */
export function MergeModal({
  contact,
  open,
  onClose,
}: {
  contact: Contact;
  open: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<Contact | null>(null);
  const [swapped, setSwapped] = useState(false);
  const [kept, other] = swapped && chosen ? [chosen, contact] : [contact, chosen];
  const close = () => {
    setChosen(null);
    setSwapped(false);
    onClose();
  };
  const merging = useMutation({
    mutationFn: () => contactsApi.merge(kept.id, other?.id ?? ''),
    onSuccess: async () => {
      done(t('contacts.merge.done'));
      close();
      void navigate(paths.contact(kept.id), { replace: true });
      await queryClient.invalidateQueries({ queryKey: ['contacts'] });
    },
  });
  return (
    <Modal
      open={open}
      title={t('contacts.merge.title')}
      okText={t('contacts.merge.confirm')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !other, danger: true }}
      confirmLoading={merging.isPending}
      onOk={() => merging.mutate()}
      onCancel={close}
      afterClose={merging.reset}
      destroyOnHidden
    >
      <ErrorNotice error={merging.error} />
      <p className="muted section-text">{t('contacts.merge.intro')}</p>
      <Form layout="vertical">
        <Form.Item label={t('contacts.merge.other')} htmlFor="merge-other">
          <OtherChoice contact={contact} chosen={chosen} onChoose={setChosen} />
        </Form.Item>
      </Form>
      {other && (
        <>
          <Preview kept={kept} other={other} />
          <Button icon={<SwapOutlined />} onClick={() => setSwapped(!swapped)}>
            {t('contacts.merge.swap')}
          </Button>
        </>
      )}
    </Modal>
  );
}

/** Finds the other contact as the list does. */
function OtherChoice({
  contact,
  chosen,
  onChoose,
}: {
  contact: Contact;
  chosen: Contact | null;
  onChoose: (contact: Contact | null) => void;
}) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const query = { search, limit: CHOICES };
  const found = useQuery({
    queryKey: keys.contacts(query),
    queryFn: () => contactsApi.list(query),
    placeholderData: keepPreviousData,
  });
  const list = (found.data?.contacts ?? []).filter(({ id }) => id !== contact.id);
  const shown = chosen && !list.some(({ id }) => id === chosen.id) ? [chosen, ...list] : list;
  return (
    <Select
      id="merge-other"
      className="grow-block"
      value={chosen?.id}
      placeholder={t('contacts.merge.choose')}
      notFoundContent={t('contacts.merge.nobody')}
      loading={found.isFetching}
      showSearch={{ filterOption: false, onSearch: setSearch }}
      onChange={(id: string) => onChoose(shown.find((each) => each.id === id) ?? null)}
      options={shown.map((each) => ({ value: each.id, label: choiceLabel(each) }))}
    />
  );
}

function choiceLabel({ name, phones }: Contact): string {
  const number = phoneText(phones[0]?.phoneNumber ?? '');
  return name ? `${name} · ${number}` : number;
}

/** What is kept, by the server's own rule, and what is not. */
function Preview({ kept, other }: { kept: Contact; other: Contact }) {
  const { t } = useTranslation();
  const facts = mergedFacts(kept, other);
  const dropped = (field: 'name' | 'email' | 'note') =>
    other[field] && facts[field] !== other[field] ? (
      <div className="muted small">{t('contacts.merge.dropped', { value: other[field] })}</div>
    ) : null;
  const rows: [string, React.ReactNode][] = [
    [t('common.name'), <Kept key="v" value={facts.name} dropped={dropped('name')} />],
    [t('contacts.numbers'), <Numbers key="v" phones={[...kept.phones, ...other.phones]} />],
    [t('contacts.stage'), <StageTag key="v" stage={facts.stage} />],
    [t('contacts.email'), <Kept key="v" value={facts.email} dropped={dropped('email')} />],
    [t('contacts.note'), <Kept key="v" value={facts.note} dropped={dropped('note')} />],
  ];
  return (
    <section className="merge-preview" aria-live="polite">
      <h3>{t('contacts.merge.result')}</h3>
      <p>{t('contacts.merge.resultText', { name: contactName(kept), other: contactName(other) })}</p>
      <Descriptions
        className="facts contact-facts"
        column={1}
        size="small"
        colon={false}
        items={rows.map(([label, children]) => ({ key: label, label, children }))}
      />
      <Alert type="warning" showIcon title={t('contacts.merge.warning')} />
    </section>
  );
}

function Kept({ value, dropped }: { value: string | null; dropped: React.ReactNode }) {
  return (
    <div className="prewrap">
      {value || <Nothing />}
      {dropped}
    </div>
  );
}

function Numbers({ phones }: { phones: Contact['phones'] }) {
  return (
    <ul>
      {phones.map(({ id, phoneNumber }) => (
        <li key={id}>
          <PhoneText value={phoneNumber} />
        </li>
      ))}
    </ul>
  );
}
