import { InputNumber, Radio, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { standardWords } from '../../../../server/modules/calls/model.ts';
import type { LastAction, RouteAction } from '../../api/callTypes.ts';
import { PeopleSelect, TargetField } from './PeopleFields.tsx';
import { SpokenText } from './SpokenText.tsx';

const KINDS = ['ring', 'forward', 'voicemail', 'say', 'reject'] as const;
const LAST_KINDS = ['voicemail', 'say', 'reject'] as const;
const VOICEMAIL: LastAction = { kind: 'voicemail', greeting: null, maxSeconds: 120 };

/** What an action of a kind begins with; what was said for the end of another one is kept. */
function fresh(kind: RouteAction['kind'], before: RouteAction): RouteAction {
  const otherwise = 'otherwise' in before ? before.otherwise : VOICEMAIL;
  switch (kind) {
    case 'ring':
      return { kind, userIds: 'everyone', timeoutSeconds: 25, otherwise };
    case 'forward':
      return { kind, to: '', timeoutSeconds: 25, otherwise };
    case 'voicemail':
      return VOICEMAIL;
    case 'say':
      return { kind, text: '' };
    case 'reject':
      return { kind, reason: 'busy' };
  }
}

interface Props<Value> {
  value?: Value;
  onChange?: (value: Value) => void;
  language: 'fr' | 'en';
  region: string;
}

/** What a number does with a call. */
export function ActionField({ value = VOICEMAIL, onChange, language, region }: Props<RouteAction>) {
  const { t } = useTranslation();
  return (
    <div className="action-field">
      <Radio.Group
        className="action-kinds"
        optionType="button"
        aria-label={t('callRules.route.kind')}
        value={value.kind}
        onChange={(event) => onChange?.(fresh(event.target.value, value))}
        options={KINDS.map((kind) => ({ value: kind, label: t(`callRules.route.kinds.${kind}`) }))}
      />
      {value.kind === 'ring' || value.kind === 'forward' ? (
        <Ringing value={value} onChange={onChange} language={language} region={region} />
      ) : (
        <LastFields value={value} onChange={onChange} language={language} region={region} />
      )}
    </div>
  );
}

type RingingAction = Extract<RouteAction, { kind: 'ring' | 'forward' }>;

function Ringing({ value, onChange, language, region }: Props<RouteAction> & { value: RingingAction }) {
  const { t } = useTranslation();
  const { otherwise, timeoutSeconds } = value;
  return (
    <>
      {value.kind === 'ring' ? (
        <PeopleSelect value={value.userIds} onChange={(userIds) => onChange?.({ ...value, userIds })} />
      ) : (
        <TargetField value={value.to} region={region} onChange={(to) => onChange?.({ ...value, to })} />
      )}
      <Line label={t('callRules.route.timeout')}>
        <InputNumber
          aria-label={t('callRules.route.timeout')}
          min={5}
          max={120}
          suffix={t('callRules.route.seconds')}
          value={timeoutSeconds}
          onChange={(seconds) => onChange?.({ ...value, timeoutSeconds: seconds ?? 25 })}
        />
      </Line>
      <Line label={t('callRules.route.otherwise')}>
        <Select
          aria-label={t('callRules.route.otherwise')}
          value={otherwise.kind}
          onChange={(kind) => onChange?.({ ...value, otherwise: fresh(kind, value) as LastAction })}
          options={LAST_KINDS.map((kind) => ({ value: kind, label: t(`callRules.route.kinds.${kind}`) }))}
        />
      </Line>
      <LastFields
        value={otherwise}
        onChange={(next) => onChange?.({ ...value, otherwise: next })}
        language={language}
        region={region}
      />
    </>
  );
}

/** How a call ends that nobody takes. */
function LastFields({ value, onChange, language }: Props<LastAction> & { value: LastAction }) {
  const { t } = useTranslation();
  if (value.kind === 'say') {
    const label = t('callRules.route.sayText');
    return (
      <Line label={label}>
        <SpokenText
          label={label}
          language={language}
          value={value.text}
          onChange={(text) => onChange?.({ ...value, text: text ?? '' })}
        />
      </Line>
    );
  }
  if (value.kind === 'reject')
    return (
      <Line label={t('callRules.route.rejectReason')}>
        <Select
          aria-label={t('callRules.route.rejectReason')}
          value={value.reason}
          onChange={(reason) => onChange?.({ ...value, reason })}
          options={(['busy', 'rejected'] as const).map((reason) => ({
            value: reason,
            label: t(`callRules.route.reasons.${reason}`),
          }))}
        />
      </Line>
    );
  return <VoicemailFields value={value} onChange={onChange} language={language} />;
}

type Voicemail = Extract<LastAction, { kind: 'voicemail' }>;

function VoicemailFields({
  value,
  onChange,
  language,
}: Omit<Props<LastAction>, 'region'> & { value: Voicemail }) {
  const { t } = useTranslation();
  const label = t('callRules.route.voicemailGreeting');
  return (
    <>
      <Line label={label}>
        <SpokenText
          label={label}
          language={language}
          value={value.greeting}
          onChange={(greeting) => onChange?.({ ...value, greeting })}
        />
        {!value.greeting && (
          <p className="muted small">
            {t('callRules.route.voicemailStandard', { words: standardWords('voicemail', language) })}
          </p>
        )}
      </Line>
      <Line label={t('callRules.route.maxSeconds')}>
        <InputNumber
          aria-label={t('callRules.route.maxSeconds')}
          min={10}
          max={600}
          suffix={t('callRules.route.seconds')}
          value={value.maxSeconds}
          onChange={(maxSeconds) => onChange?.({ ...value, maxSeconds: maxSeconds ?? 120 })}
        />
      </Line>
    </>
  );
}

/** A named part of an action. */
export function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className="action-line">
      <legend>{label}</legend>
      {children}
    </fieldset>
  );
}
