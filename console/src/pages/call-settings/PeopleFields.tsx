import { useQuery } from '@tanstack/react-query';
import { Input, Radio, Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { readDialled } from '../../softphone/logic/dialInput.ts';
import { phoneText } from '../../ui/format.ts';
import { Line } from './ActionField.tsx';

function useColleagues() {
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.members,
    queryFn: membersApi.list,
    enabled: may('members:read'),
  });
  return (data?.members ?? []).map(({ userId, name, email }) => ({ value: userId, label: name || email }));
}

interface PeopleProps {
  value: string[] | 'everyone';
  onChange: (value: string[] | 'everyone') => void;
}

/** Who of us is rung. */
export function PeopleSelect({ value, onChange }: PeopleProps) {
  const { t } = useTranslation();
  const colleagues = useColleagues();
  const isEveryone = value === 'everyone';
  return (
    <Line label={t('callRules.route.who')}>
      <Radio.Group
        value={isEveryone}
        onChange={(event) => onChange(event.target.value ? 'everyone' : [])}
        options={[
          { value: true, label: t('callRules.route.everyone') },
          { value: false, label: t('callRules.route.chosen') },
        ]}
      />
      {!isEveryone && (
        <Select
          mode="multiple"
          className="grow-block"
          status={value.length ? undefined : 'warning'}
          aria-label={t('callRules.route.choosePeople')}
          placeholder={t('callRules.route.choosePeople')}
          value={value}
          onChange={onChange}
          showSearch={{ optionFilterProp: 'label' }}
          options={colleagues}
        />
      )}
      <p className="muted small">{t('callRules.route.ringHint')}</p>
    </Line>
  );
}

interface TargetProps {
  /** E.164, or a colleague's id. */
  value: string;
  onChange: (value: string) => void;
  region: string;
}

/** Where a call is forwarded to: a number as people write it, or a colleague. */
export function TargetField({ value, onChange, region }: TargetProps) {
  const { t } = useTranslation();
  const colleagues = useColleagues();
  const [isPerson, setPerson] = useState(value !== '' && !value.startsWith('+'));
  return (
    <Line label={t('callRules.route.forwardTo')}>
      <Radio.Group
        value={isPerson}
        onChange={(event) => {
          setPerson(event.target.value);
          onChange('');
        }}
        options={[
          { value: false, label: t('callRules.route.forwardKinds.number') },
          { value: true, label: t('callRules.route.forwardKinds.person') },
        ]}
      />
      {isPerson ? (
        <Select
          className="grow-block"
          aria-label={t('callRules.route.forwardKinds.person')}
          placeholder={t('callRules.route.choosePeople')}
          value={value || undefined}
          onChange={onChange}
          showSearch={{ optionFilterProp: 'label' }}
          options={colleagues}
        />
      ) : (
        <NumberInput value={value} onChange={onChange} region={region} />
      )}
    </Line>
  );
}

function NumberInput({ value, onChange, region }: TargetProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(value && phoneText(value));
  const read = readDialled(text, region);
  useEffect(() => {
    if ((read ?? '') !== value) onChange(read ?? '');
  }, [read, value, onChange]);
  return (
    <>
      <Input
        inputMode="tel"
        aria-label={t('callRules.route.forwardKinds.number')}
        status={text && !read ? 'error' : undefined}
        maxLength={40}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <p className="muted small">
        {read ? phoneText(read) : text ? t('texts.numbers.phoneForm') : t('texts.numbers.phoneHint')}
      </p>
    </>
  );
}
