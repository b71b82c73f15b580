import { useQuery } from '@tanstack/react-query';
import { Collapse } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { type ServiceName, type ServiceState, type Standing, services } from '../../api/syncs.ts';
import { paths } from '../../paths.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Ago } from '../../ui/texts.tsx';

const REFRESH_MS = 15_000;
const TONES: Record<ServiceState, Tone> = { ok: 'good', degraded: 'wait', down: 'bad' };

/** Where each thing is looked after. */
const PLACES: Partial<Record<ServiceName, string>> = {
  telnyx: paths.providerAccounts,
  twilio: paths.providerAccounts,
  queue: paths.providerEvents,
  numbers: paths.numbers,
  messages: paths.messages,
  calls: paths.calls,
  boxes: paths.boxes,
  sync: paths.sync,
};

/** Whether everything works: a line while it does, and what to do about whatever does not. */
export function ServicePanel() {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.serviceStatus,
    queryFn: services.status,
    refetchInterval: REFRESH_MS,
    enabled: may('reports:read'),
  });
  if (!data) return null;
  const ailing = data.services.filter(({ state }) => state !== 'ok');
  const label = (
    <span className="service-line">
      <StatusTag tone={TONES[data.state]}>{t(`syncs.services.${data.state}`)}</StatusTag>
      <span className="muted">
        {ailing.length === 0
          ? t('syncs.services.allWell', { count: data.services.length })
          : ailing.map(({ name }) => t(`syncs.services.names.${name}`)).join(', ')}
      </span>
    </span>
  );
  const rows = (
    <ul className="services">
      {data.services.map((standing) => (
        <Service key={standing.name} standing={standing} />
      ))}
    </ul>
  );
  return (
    <Collapse
      className="service-panel"
      // Whatever needs somebody is open by itself.
      key={data.state}
      defaultActiveKey={data.state === 'ok' ? [] : ['services']}
      items={[{ key: 'services', label, children: rows }]}
    />
  );
}

function Service({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  const { name, state, sentence, moments, words } = standing;
  const place = PLACES[name];
  const title = t(`syncs.services.names.${name}`);
  return (
    <li className="service">
      <span className="service-name">{place ? <Link to={place}>{title}</Link> : title}</span>
      <StatusTag tone={TONES[state]}>{t(`syncs.services.${state}`)}</StatusTag>
      <span className="service-text">
        {sentence}
        <Heard moments={moments} />
        {words && <span className="muted small clamp">{words}</span>}
      </span>
    </li>
  );
}

const HEARD = ['lastAnswerAt', 'lastWebhookAt', 'lastAt', 'lastBackupAt', 'lastDrillAt'] as const;

/** When it was last heard of. */
function Heard({ moments }: Pick<Standing, 'moments'>) {
  const { t } = useTranslation();
  const known = HEARD.flatMap((name) => {
    const at = moments[name];
    return at ? [{ name, at }] : [];
  });
  return known.length === 0 ? null : (
    <span className="muted small service-heard">
      {known.map(({ name, at }) => (
        <span key={name}>
          {t(`syncs.services.moments.${name}`)} <Ago at={at} />
        </span>
      ))}
    </span>
  );
}
