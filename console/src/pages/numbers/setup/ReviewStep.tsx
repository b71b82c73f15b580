import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Descriptions } from 'antd';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../../api/client.ts';
import { type Purchase, phoneNumberService } from '../../../api/phoneNumberService.ts';
import { queryClient } from '../../../api/queryClient.ts';
import { useCompany } from '../../../api/session.ts';
import type { AvailableNumber, Gig } from '../../../api/types.ts';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { Country, PhoneText } from '../../../ui/texts.tsx';
import { useFormat } from '../../../ui/useFormat.ts';
import { FeatureList } from '../NumberStatusTag.tsx';
import { forgetIntent, intentId } from './intent.ts';
import { dueNow } from './total.ts';
import type { Setup } from './useSetup.ts';

type Order = Omit<Purchase, 'id'>;

/** A refusal is final: the next attempt is a new purchase. A lost answer is not: the same one is sent again. */
const isRefusal = (error: unknown) => error instanceof ApiError && error.status >= 400 && error.status < 500;

/** Codes after which this number is lost, whatever is tried. */
const GONE = ['number_not_available', 'number_already_registered'];
const isGone = (error: unknown) => error instanceof ApiError && GONE.includes(error.code);

function usePurchase(setup: Setup) {
  return useMutation({
    mutationFn: (order: Order) => phoneNumberService.purchasePhoneNumber({ ...order, id: intentId(order) }),
    onSuccess: ({ number }) => {
      void queryClient.invalidateQueries({ queryKey: ['numbers'] });
      void queryClient.invalidateQueries({ queryKey: ['gigs'] });
      setup.choose(null);
      setup.go('follow', { order: number.id });
    },
    onError: (error, order) => {
      if (isRefusal(error)) forgetIntent(order);
    },
  });
}

/** The last look before money is spent. */
export function ReviewStep({ setup }: { setup: Setup }) {
  const { t } = useTranslation();
  const company = useCompany();
  const buying = usePurchase(setup);
  const { number, gig } = setup;
  if (!number || !gig) return null;
  const order: Order = {
    phoneNumber: number.phoneNumber,
    provider: number.provider,
    type: number.type,
    gigId: gig.id,
    companyId: company.id,
    requirementGroupId: setup.hasRequirements ? (setup.group?.telnyxId ?? setup.group?.id) : undefined,
  };
  const buy = () => {
    if (!buying.isPending) buying.mutate(order);
  };
  const gone = isGone(buying.error);
  const again = () => {
    void queryClient.invalidateQueries({ queryKey: ['available-numbers'] });
    setup.go('number');
  };
  return (
    <div className="panel panel-pad setup-step">
      <ErrorNotice error={buying.error} />
      <Summary number={number} gig={gig} />
      {setup.group?.reviewStatus === 'in_review' && (
        <Alert type="info" showIcon title={t('setup.review.waitsForReview')} />
      )}
      <div className="step-foot">
        <Button type={gone ? 'primary' : 'default'} onClick={again}>
          {t('setup.review.another')}
        </Button>
        <span className="grow" />
        <ActionButton
          type="primary"
          permission="numbers:buy"
          blockedBecause={gone && t('setup.review.gone')}
          loading={buying.isPending}
          onClick={buy}
        >
          {t(buying.error && !isRefusal(buying.error) ? 'setup.review.buyAgain' : 'setup.review.buy')}
        </ActionButton>
      </div>
    </div>
  );
}

function Summary({ number, gig }: { number: AvailableNumber; gig: Gig }) {
  const { t } = useTranslation();
  const { money } = useFormat();
  const total = dueNow(number);
  const unknown = t('setup.number.priceUnknown');
  const facts: [string, React.ReactNode][] = [
    [
      t('numbers.number'),
      <strong key="v" className="big-number">
        <PhoneText value={number.phoneNumber} />
      </strong>,
    ],
    [t('numbers.gig'), gig.name],
    [t('common.country'), <Country key="v" code={number.country} />],
    [t('numbers.type'), t(`common.numberTypes.${number.type}`)],
    [t('common.provider'), t(`common.providers.${number.provider}`)],
    [t('numbers.features'), <FeatureList key="v" features={number.features} />],
    [t('numbers.upfront'), number.upfrontCost ? money(number.upfrontCost) : unknown],
    [t('numbers.monthly'), number.monthlyCost ? money(number.monthlyCost) : unknown],
    [t('setup.review.dueNow'), <strong key="v">{total ? money(total) : unknown}</strong>],
  ];
  return (
    <Descriptions
      className="facts"
      column={1}
      size="small"
      colon={false}
      items={facts.map(([label, children]) => ({ key: label, label, children }))}
    />
  );
}
