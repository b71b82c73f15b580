import { DownloadOutlined, InboxOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Drawer, Progress, Table, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IMPORT_BYTES_MAX, IMPORT_ROWS_MAX } from '../../../../server/modules/contacts/model.ts';
import { contacts as contactsApi } from '../../api/contacts.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { ContactImport } from '../../api/types.ts';
import { download } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { usePhone } from '../../ui/useMedia.ts';
import { checkImportFile, csvBlob, errorRows, type FileProblem } from './importFiles.ts';

const ROWS_SHOWN = 100;

/** Imports a file of contacts, and tells what became of its rows. */
export function ImportDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const isPhone = usePhone();
  const [share, setShare] = useState(0);
  const importing = useMutation({
    mutationFn: (file: File) => contactsApi.importFile(file, setShare),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['contacts'] }),
  });
  const { data: result, variables: file } = importing;
  const again = () => {
    importing.reset();
    setShare(0);
  };
  return (
    <Drawer
      open={open}
      title={t('contacts.import.title')}
      size={isPhone ? '100%' : 560}
      onClose={onClose}
      afterOpenChange={(isOpen) => !isOpen && !importing.isPending && again()}
      destroyOnHidden
    >
      <div className="stack">
        <ErrorNotice error={importing.error} />
        {importing.isPending && file && <Running name={file.name} share={share} />}
        {!importing.isPending && result && file && (
          <Result result={result} name={file.name} onAgain={again} />
        )}
        {!importing.isPending && !result && <Choice onChoose={(chosen) => importing.mutate(chosen)} />}
      </div>
    </Drawer>
  );
}

function Choice({ onChoose }: { onChoose: (file: File) => void }) {
  const { t } = useTranslation();
  const { size, language } = useFormat();
  const [problem, setProblem] = useState<FileProblem | null>(null);
  const limits = {
    size: size(IMPORT_BYTES_MAX),
    rows: new Intl.NumberFormat(language).format(IMPORT_ROWS_MAX),
  };
  return (
    <>
      <p>{t('contacts.import.intro')}</p>
      <Upload.Dragger
        accept=".csv,.txt,text/csv"
        showUploadList={false}
        beforeUpload={(file) => {
          const found = checkImportFile(file);
          setProblem(found);
          if (!found) onChoose(file);
          return Upload.LIST_IGNORE;
        }}
      >
        <p className="import-icon">
          <InboxOutlined aria-hidden />
        </p>
        <p>{t('contacts.import.drop')}</p>
        <p className="muted small">{t('contacts.import.limits', limits)}</p>
      </Upload.Dragger>
      {problem && (
        <p className="reason" role="alert">
          {t(`contacts.import.${problem}`, limits)}
        </p>
      )}
      <ul className="bullets">
        <li>{t('contacts.import.rules.match')}</li>
        <li>{t('contacts.import.rules.empty')}</li>
        <li>{t('contacts.import.rules.broken')}</li>
      </ul>
      <p className="muted small">{t('contacts.import.columns')}</p>
      <TemplateButton />
    </>
  );
}

/** A file with the right headings and one row to show how. */
function TemplateButton() {
  const { t } = useTranslation();
  const save = () => {
    const places = ['name', 'phone', 'label', 'phone2', 'label2', 'stage', 'email', 'note'] as const;
    const example = {
      ...{ name: t('contacts.import.example.name'), phone: '+33612345678', phone2: '+33142685300' },
      ...{ label: t('contacts.import.example.label'), label2: t('contacts.import.example.label2') },
      ...{ stage: t('contacts.import.example.stage'), email: 'marie@example.com' },
      note: t('contacts.import.example.note'),
    };
    const headings = places.map((place) => t(`contacts.import.headings.${place}`));
    download(t('contacts.import.templateFile'), csvBlob([headings, places.map((place) => example[place])]));
  };
  return (
    <div>
      <Button icon={<DownloadOutlined />} onClick={save}>
        {t('contacts.import.template')}
      </Button>
    </div>
  );
}

function Running({ name, share }: { name: string; share: number }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      <p>{share < 1 ? t('contacts.import.sending', { name }) : t('contacts.import.reading')}</p>
      <Progress
        percent={Math.round(share * 100)}
        status="active"
        showInfo={share < 1}
        aria-label={t('contacts.import.sending', { name })}
      />
    </div>
  );
}

function Result({ result, name, onAgain }: { result: ContactImport; name: string; onAgain: () => void }) {
  const { t } = useTranslation();
  const { created, updated, unchanged, errors } = result;
  const counts = [
    t('contacts.import.created', { count: created }),
    t('contacts.import.updated', { count: updated }),
    t('contacts.import.unchanged', { count: unchanged }),
  ];
  return (
    <>
      <Alert
        type={errors.length ? 'warning' : 'success'}
        showIcon
        role="status"
        title={t('contacts.import.done', { name })}
        description={
          <>
            <div>{counts.join(' · ')}</div>
            <div>
              {errors.length
                ? t('contacts.import.failed', { count: errors.length })
                : t('contacts.import.noneFailed')}
            </div>
          </>
        }
      />
      {errors.length > 0 && <Failures result={result} />}
      <div>
        <Button onClick={onAgain}>{t('contacts.import.another')}</Button>
      </div>
    </>
  );
}

function Failures({ result }: { result: ContactImport }) {
  const { t } = useTranslation();
  const { errors } = result;
  const headings = [
    t('contacts.import.line'),
    t('contacts.import.column'),
    t('contacts.import.reason'),
  ] as const;
  const save = () => download(t('contacts.import.errorsFile'), csvBlob(errorRows(result, headings)));
  return (
    <>
      <div className="panel panel-table">
        <Table
          size="small"
          aria-label={t('contacts.import.failed', { count: errors.length })}
          rowKey={({ line, message }) => `${line} ${message}`}
          dataSource={errors.slice(0, ROWS_SHOWN)}
          pagination={false}
          columns={[
            { title: headings[0], dataIndex: 'line', width: 70 },
            { title: headings[2], render: (_, { field, message }) => <Reason {...{ field, message }} /> },
          ]}
        />
      </div>
      {errors.length > ROWS_SHOWN && (
        <p className="muted small">{t('contacts.import.shown', { count: ROWS_SHOWN })}</p>
      )}
      <div>
        <Button icon={<DownloadOutlined />} onClick={save}>
          {t('contacts.import.downloadErrors')}
        </Button>
      </div>
    </>
  );
}

function Reason({ field, message }: { field: string | null; message: string }) {
  return (
    <>
      {message}
      {field && <div className="muted small">{field}</div>}
    </>
  );
}
