import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { boxes as boxesApi, callboxSettings } from '../../api/boxes.ts';
import type { Box, CallboxConfig } from '../../api/boxTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { CONFIG_FIELDS, ConfigFields, useConfigText } from '../box-settings/ConfigFields.tsx';
import { patchOf } from '../box-settings/logic/config.ts';

/** What the box is told from afar, and where that differs from the company's. */
export function BoxConfig({ box }: { box: Box }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const text = useConfigText();
  const isUpToDate = box.configSeen === box.configVersion;
  return (
    <>
      <dl className="config-list">
        {CONFIG_FIELDS.map((name) => (
          <div key={name}>
            <dt>{t(`boxSettings.config.${name}`)}</dt>
            <dd>
              {text(name, box.configInForce[name])}
              {box.config[name] !== undefined && (
                <span className="code-chip config-own">{t('boxes.config.own')}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <div className="config-foot">
        {box.lastSeenAt && (
          <StatusTag tone={isUpToDate ? 'good' : 'wait'}>
            {t(isUpToDate ? 'boxes.config.applied' : 'boxes.config.waiting')}
          </StatusTag>
        )}
        <ActionButton size="small" permission="boxes:manage" onClick={() => setOpen(true)}>
          {t('boxes.config.change')}
        </ActionButton>
      </div>
      <ConfigDrawer box={box} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

interface DrawerProps {
  box: Box;
  open: boolean;
  onClose: () => void;
}

function ConfigDrawer({ box, open, onClose }: DrawerProps) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const saving = useMutation({
    mutationFn: async (form: CallboxConfig) => {
      const { config } = await callboxSettings.get();
      return boxesApi.configure(box.id, patchOf(box, config, form), box.configVersion);
    },
    onSuccess: async () => {
      done(t('boxes.config.saved'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['boxes'] });
    },
  });
  return (
    <FormDrawer<CallboxConfig>
      open={open}
      title={t('boxes.config.title')}
      submit={t('common.save')}
      initialValues={box.configInForce}
      saving={saving}
      onClose={onClose}
    >
      <p className="form-text muted">{t('boxes.config.formText')}</p>
      <ConfigFields />
    </FormDrawer>
  );
}
