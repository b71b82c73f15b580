import { DownloadOutlined, SearchOutlined } from '@ant-design/icons';
import { Button, Input, Select } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Query, requestFile } from '../api/client.ts';
import { SavedFilters } from '../saved/SavedFilters.tsx';
import { download } from './download.ts';
import { useNotify } from './useNotify.ts';

const TYPING_PAUSE_MS = 300;

/** Search, filters and export above a list. */
export function ListToolbar({
  children,
  isFiltered,
  onClear,
  csv,
}: {
  children: ReactNode;
  isFiltered: boolean;
  onClear: () => void;
  csv?: CsvSource;
}) {
  const { t } = useTranslation();
  return (
    <search className="toolbar">
      {children}
      {isFiltered && (
        <Button type="link" onClick={onClear}>
          {t('common.clearFilters')}
        </Button>
      )}
      <SavedFilters />
      {csv && <CsvButton {...csv} />}
    </search>
  );
}

/** Finds after a short pause in typing. */
export function SearchFilter({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <Input
      className="toolbar-search"
      type="search"
      allowClear
      prefix={<SearchOutlined aria-hidden />}
      placeholder={label}
      aria-label={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onPressEnter={() => onChange(text)}
    />
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
}

/** One of a few values; nothing chosen means all. */
export function ChoiceFilter({ label, value, onChange, options }: ChoiceProps) {
  return (
    <Select
      className="toolbar-choice"
      aria-label={label}
      placeholder={label}
      allowClear
      value={value || undefined}
      onChange={(next: string | undefined) => onChange(next ?? '')}
      options={[...options]}
      popupMatchSelectWidth={false}
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
    />
  );
}

interface CsvSource {
  path: string;
  query: Query;
  filename: string;
}

/** All rows that match the filters, as a file for a spreadsheet. */
function CsvButton({ path, query, filename }: CsvSource) {
  const { t } = useTranslation();
  const { failed } = useNotify();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      download(
        filename,
        await requestFile(path, { ...query, cursor: undefined, limit: undefined, format: 'csv' }),
      );
    } catch (error) {
      failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button className="toolbar-csv" icon={<DownloadOutlined />} loading={busy} onClick={save}>
      {t('common.exportCsv')}
    </Button>
  );
}
