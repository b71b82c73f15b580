import { ClockCircleOutlined } from '@ant-design/icons';
import { Button, DatePicker, Popover } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../../i18n/index.ts';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { useCompanyMoment, useZone } from '../useCompanyTime.ts';

dayjs.extend(utc);
dayjs.extend(timezone);

interface Props {
  sendAt: string | null;
  blockedBecause: string | null;
  onChoose: (sendAt: string | null) => void;
}

/** Written so that what people type can be read, too. */
const FORMATS: Record<Language, string> = { en: 'YYYY-MM-DD HH:mm', fr: 'DD/MM/YYYY HH:mm' };
const WALL = 'YYYY-MM-DDTHH:mm';

/** Chooses when a text leaves, by the clock of the company. */
export function ScheduleButton({ sendAt, blockedBecause, onChoose }: Props) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const zone = useZone();
  const toIso = (wall: Dayjs) => dayjs.tz(wall.format(WALL), zone).toISOString();
  const choose = (at: string | null) => {
    onChoose(at);
    setOpen(false);
  };
  const now = dayjs().tz(zone);
  const presets: [string, Dayjs][] = [
    [t('inbox.schedule.inOneHour'), now.add(1, 'hour').second(0)],
    [t('inbox.schedule.tomorrowMorning'), now.add(1, 'day').hour(9).minute(0)],
    [
      t('inbox.schedule.monday'),
      now
        .add((8 - now.day()) % 7 || 7, 'day')
        .hour(9)
        .minute(0),
    ],
  ];
  const content = (
    <div className="schedule">
      <p className="schedule-zone">{t('inbox.schedule.zone', { zone })}</p>
      {presets.map(([label, at]) => (
        <Button key={label} type="text" block onClick={() => choose(toIso(at))}>
          {label}
        </Button>
      ))}
      <DatePicker
        className="grow-block"
        aria-label={t('inbox.schedule.choose')}
        placeholder={t('inbox.schedule.choose')}
        showTime={{ format: 'HH:mm', minuteStep: 5 }}
        showNow={false}
        format={FORMATS[i18n.language as Language]}
        minDate={dayjs(now.format(WALL))}
        value={sendAt ? dayjs(dayjs(sendAt).tz(zone).format(WALL)) : null}
        onChange={(wall: Dayjs | null) => choose(wall && toIso(wall))}
      />
    </div>
  );
  return (
    <Popover
      trigger="click"
      placement="topLeft"
      open={open && !blockedBecause}
      onOpenChange={setOpen}
      content={content}
      destroyOnHidden
    >
      <ActionButton
        type="text"
        icon={<ClockCircleOutlined />}
        aria-label={t('inbox.schedule.button')}
        title={t('inbox.schedule.button')}
        permission="messages:send"
        blockedBecause={blockedBecause}
      />
    </Popover>
  );
}

/** When the draft will leave, in company time, with the way back to now. */
export function ScheduledNotice({ sendAt, onClear }: { sendAt: string; onClear: () => void }) {
  const { t } = useTranslation();
  const moment = useCompanyMoment();
  return (
    <p className="composer-notice">
      <ClockCircleOutlined aria-hidden /> {t('inbox.schedule.will', { moment: moment(sendAt) })}
      <Button type="link" size="small" onClick={onClear}>
        {t('inbox.schedule.now')}
      </Button>
    </p>
  );
}
