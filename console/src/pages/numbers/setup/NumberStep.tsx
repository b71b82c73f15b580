import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Form, Input, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../../api/keys.ts';
import { phoneNumberService, type SearchFilters } from '../../../api/phoneNumberService.ts';
import type { AvailableNumber, Features, NumberType, Provider } from '../../../api/types.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { townText } from '../../../ui/format.ts';
import { PhoneText } from '../../../ui/texts.tsx';
import { useFormat } from '../../../ui/useFormat.ts';
import { FeatureList } from '../NumberStatusTag.tsx';
import type { Setup } from './useSetup.ts';

const FEATURES: (keyof Features)[] = ['voice', 'sms', 'mms'];
const RESULTS = 30;
const digitsOnly = (text: string) => text.replace(/[^\d*]/g, '');

function useAvailable(zone: string, provider: Provider, type: NumberType, filters: SearchFilters) {
  const query = { zone, provider, type, ...filters, features: filters.features?.join(',') };
  return useQuery({
    queryKey: keys.available(query),
    queryFn: () =>
      phoneNumberService.searchPhoneNumbers(zone, provider, { ...filters, type, limit: RESULTS }),
    placeholderData: keepPreviousData,
  });
}

/** The numbers on sale in the gig's zone. */
export function NumberStep({ setup }: { setup: Setup }) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const [filters, setFilters] = useState<SearchFilters>({});
  const zone = setup.gig?.destinationZone ?? '';
  const available = useAvailable(zone, setup.provider, setup.type, filters);
  const choose = (number: AvailableNumber) => {
    setup.choose(number);
    setup.go('review');
  };
  return (
    <div className="setup-step-wide">
      <Filters onSearch={setFilters} isSearching={available.isFetching} />
      <ErrorNotice error={available.error} onRetry={() => void available.refetch()} />
      {available.isPending && <Skeleton active paragraph={{ rows: 6 }} />}
      {available.data?.length === 0 && (
        <div className="panel">
          <EmptyState
            title={t('setup.number.none', { country: country(zone) })}
            text={t('setup.number.noneText')}
          />
        </div>
      )}
      <ul className="offers" aria-label={t('setup.number.list')} aria-busy={available.isFetching}>
        {available.data?.map((number) => (
          <li key={number.phoneNumber}>
            <Offer number={number} onChoose={() => choose(number)} />
          </li>
        ))}
      </ul>
      <div className="step-foot">
        <Button onClick={() => setup.go(setup.hasRequirements ? 'paperwork' : 'gig')}>
          {t('common.back')}
        </Button>
      </div>
    </div>
  );
}

interface FilterValues {
  contains?: string;
  areaCode?: string;
  locality?: string;
  features?: string[];
}

function Filters({
  onSearch,
  isSearching,
}: {
  onSearch: (filters: SearchFilters) => void;
  isSearching: boolean;
}) {
  const { t } = useTranslation();
  const search = ({ contains, areaCode, locality, features }: FilterValues) =>
    onSearch({
      contains: digitsOnly(contains ?? '') || undefined,
      areaCode: digitsOnly(areaCode ?? '') || undefined,
      locality: locality?.trim() || undefined,
      features: features?.length ? features : undefined,
    });
  return (
    <Form<FilterValues> layout="vertical" className="panel panel-pad offer-filters" onFinish={search}>
      <Form.Item name="contains" label={t('setup.number.contains')}>
        <Input inputMode="numeric" maxLength={15} allowClear placeholder="1234" />
      </Form.Item>
      <Form.Item name="areaCode" label={t('setup.number.areaCode')}>
        <Input inputMode="numeric" maxLength={8} allowClear />
      </Form.Item>
      <Form.Item name="locality" label={t('setup.number.locality')}>
        <Input maxLength={100} allowClear />
      </Form.Item>
      <Form.Item className="offer-features" name="features" label={t('setup.number.features')}>
        <Checkbox.Group
          options={FEATURES.map((value) => ({ value, label: t(`common.features.${value}`) }))}
        />
      </Form.Item>
      <Button htmlType="submit" loading={isSearching}>
        {t('setup.number.search')}
      </Button>
    </Form>
  );
}

function Offer({ number, onChoose }: { number: AvailableNumber; onChoose: () => void }) {
  const { t } = useTranslation();
  const { money } = useFormat();
  const { monthlyCost, upfrontCost } = number;
  const place = [number.locality && townText(number.locality), number.region].filter(Boolean).join(', ');
  return (
    <article className="panel offer">
      <div className="offer-number">
        <strong>
          <PhoneText value={number.phoneNumber} />
        </strong>
        <span className="muted small">{place || t(`common.numberTypes.${number.type}`)}</span>
      </div>
      <FeatureList features={number.features} />
      <div className="offer-price">
        {monthlyCost ? t('numbers.perMonth', { price: money(monthlyCost) }) : t('setup.number.priceUnknown')}
        {upfrontCost && Number(upfrontCost.amount) > 0 && (
          <span className="muted small">{t('setup.number.plusOnce', { price: money(upfrontCost) })}</span>
        )}
      </div>
      <Button onClick={onChoose} aria-label={t('setup.number.chooseOf', { number: number.phoneNumber })}>
        {t('setup.number.choose')}
      </Button>
    </article>
  );
}
