import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RouteRule } from '../../api/callTypes.ts';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { phoneText } from '../../ui/format.ts';
import { summaryOf, type Words } from './logic/summary.ts';
import { useDayNames } from './useDayNames.ts';

/** A rule in plain words. */
export function Summary({ rule }: { rule: RouteRule }) {
  const { t } = useTranslation();
  const words = useWords();
  const closedDays = rule.hours?.closedDays.length ?? 0;
  const extras = [
    rule.greeting && t('callRules.summary.greeted'),
    closedDays > 0 && t('callRules.summary.closedDays', { count: closedDays }),
    rule.record && t('callRules.summary.recorded'),
    rule.missedText && t('callRules.summary.texted'),
  ].filter(Boolean);
  return (
    <div className="route-summary">
      <ul>
        {summaryOf(rule, words).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {extras.length > 0 && <p className="muted small">{extras.join(' ')}</p>}
    </div>
  );
}

function useWords(): Words {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const dayName = useDayNames();
  const { data } = useQuery({
    queryKey: keys.members,
    queryFn: membersApi.list,
    enabled: may('members:read'),
  });
  const list = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  return {
    days: (from, to) =>
      from === to ? dayName(from) : t('callRules.summary.days', { from: dayName(from), to: dayName(to) }),
    span: (from, to) => t('callRules.summary.span', { from, to }),
    and: (names) => list.format(names),
    target: (to) =>
      to.startsWith('+')
        ? phoneText(to)
        : (data?.members.find(({ userId }) => userId === to)?.name ?? t('callRules.summary.somebody')),
    everyone: t('callRules.summary.everyone'),
    always: t('callRules.summary.always'),
    otherwise: t('callRules.summary.otherwise'),
    never: t('callRules.summary.never'),
    line: (when, what) => t('callRules.summary.line', { when: capital(when), what }),
    ring: (who, seconds, then) => t('callRules.summary.ring', { who, seconds, then }),
    forward: (to, seconds, then) => t('callRules.summary.forward', { to, seconds, then }),
    voicemail: t('callRules.summary.voicemail'),
    say: t('callRules.summary.say'),
    reject: { busy: t('callRules.summary.busy'), rejected: t('callRules.summary.rejected') },
  };
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
