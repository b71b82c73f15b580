import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { inboxSettings } from '../../api/inboxSettings.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import type { InboxRules, Rule } from '../../api/textTypes.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { CategoryTag } from '../inbox/marks.tsx';
import { AnswersForm } from './AnswersForm.tsx';
import { LabelList } from './LabelList.tsx';
import { useInboxSettings } from './useInboxSettings.ts';

type RuleHint = keyof Dictionary['texts']['inbox']['ruleHints'];

function useRules() {
  const may = useMay();
  return useQuery({
    queryKey: keys.inboxRules,
    queryFn: inboxSettings.rules,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: may('messages:read'),
  });
}

export default function InboxRulesPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('texts.inbox.title')} intro={t('texts.inbox.intro')}>
      <RequirePermission permission="messages:read">
        <Answers />
        <RulesAndKeywords />
        <LabelList />
      </RequirePermission>
    </PageFrame>
  );
}

function Answers() {
  const { t } = useTranslation();
  const { data, error, refetch } = useInboxSettings();
  return (
    <section aria-labelledby="inbox-answers">
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <div className="panel panel-pad narrow">
        <h2 id="inbox-answers" className="form-text">
          {t('texts.inbox.answers')}
        </h2>
        {data ? <AnswersForm settings={data.settings} /> : !error && <Skeleton active />}
      </div>
    </section>
  );
}

function RulesAndKeywords() {
  const { data, error, refetch } = useRules();
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton active />;
  return (
    <>
      <Sorting rules={data.rules} />
      <Keywords keywords={data.keywords} />
    </>
  );
}

/** The rules in their order, with the ends that no word decides. */
function Sorting({ rules }: { rules: Rule[] }) {
  const { t } = useTranslation();
  return (
    <section className="section" aria-labelledby="inbox-sorting">
      <h2 id="inbox-sorting">{t('texts.inbox.rules')}</h2>
      <p className="muted section-text">{t('texts.inbox.rulesText')}</p>
      <ol className="panel rules">
        <li className="rule">
          <CategoryTag category="stop" />
          <p>{t('texts.inbox.ruleHints.stop_keyword')}</p>
        </li>
        {rules.map((rule) => (
          <RuleLine key={rule.id} rule={rule} />
        ))}
        <li className="rule">
          <CategoryTag category="new" />
          <p>{t('texts.inbox.ruleHints.first_text')}</p>
        </li>
        <li className="rule">
          <CategoryTag category="waiting_us" />
          <p>{t('texts.inbox.ruleHints.their_turn_ended')}</p>
        </li>
        <li className="rule">
          <CategoryTag category="waiting_customer" />
          <p>{t('texts.inbox.ruleHints.we_wrote_last')}</p>
        </li>
      </ol>
    </section>
  );
}

function RuleLine({ rule }: { rule: Rule }) {
  const { t, i18n } = useTranslation();
  const isKnown = i18n.exists(`texts.inbox.ruleHints.${rule.id}`);
  return (
    <li className="rule">
      <CategoryTag category={rule.category} />
      <div className="stack">
        {isKnown && <p>{t(`texts.inbox.ruleHints.${rule.id as RuleHint}`)}</p>}
        <Words words={rule.words} />
        {rule.unless.length > 0 && (
          <p className="muted small">{t('texts.inbox.unless', { words: rule.unless.join(', ') })}</p>
        )}
      </div>
    </li>
  );
}

function Keywords({ keywords }: Pick<InboxRules, 'keywords'>) {
  const { t } = useTranslation();
  return (
    <section className="section" aria-labelledby="inbox-keywords">
      <h2 id="inbox-keywords">{t('texts.inbox.keywords')}</h2>
      <p className="muted section-text">{t('texts.inbox.keywordsText')}</p>
      <dl className="panel rules">
        {(['stop', 'start', 'help'] as const).map((name) => (
          <div className="rule" key={name}>
            <dt>
              <strong>{t(`texts.inbox.keywordNames.${name}`)}</strong>
            </dt>
            <dd>
              <Words words={keywords[name]} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Words({ words }: { words: string[] }) {
  if (!words.length) return null;
  return (
    <ul className="features">
      {words.map((word) => (
        <li key={word} className="feature">
          {word}
        </li>
      ))}
    </ul>
  );
}
