import { SearchOutlined } from '@ant-design/icons';
import { Modal } from 'antd';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useCompany, useMay, useMe } from '../api/session.ts';
import { Keys } from '../keyboard/Keys.tsx';
import { useSavedEntries } from '../saved/useSavedFilters.ts';
import { pageEntries } from './places.ts';
import { ENTRY_KINDS, type Entry, pick } from './rank.ts';
import { recentEntries, rememberEntry } from './recent.ts';
import { useActs } from './useActs.ts';
import { useFound } from './useFound.ts';
import '../ui/styles/palette.css';

/** Before anything is typed: where one was, and what one can do. */
const AT_FIRST = 7;
const OF_PAGES = 7;
const OF_ACTS = 5;

/** Goes anywhere, does what can be done from anywhere, and finds what the company has: by typing a few letters. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const { entries, isSearching, hasFailed } = useEntries(typed);
  const [at, setAt] = useState(0);
  const listId = useId();
  const choose = useChoose(onClose);
  const active = Math.min(at, entries.length - 1);
  const move = useMove(entries.length, active, setAt);
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const entry = entries[active];
    if (event.key === 'Enter' && entry) choose(entry);
    else if (!move(event.key)) return;
    event.preventDefault();
  };
  return (
    <Modal
      open
      className="palette"
      title={<span className="visually-hidden">{t('palette.open')}</span>}
      footer={null}
      closable={false}
      onCancel={onClose}
      width={620}
      style={{ top: 'min(12vh, 96px)' }}
    >
      <div className="palette-field">
        <SearchOutlined aria-hidden />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette was opened to type in it
          autoFocus
          role="combobox"
          aria-label={t('palette.open')}
          aria-expanded
          aria-autocomplete="list"
          aria-controls={listId}
          aria-activedescendant={entries[active] ? `${listId}-${active}` : undefined}
          placeholder={t('palette.placeholder')}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </div>
      <Results listId={listId} entries={entries} active={active} onPoint={setAt} onChoose={choose} />
      <State isEmpty={entries.length === 0} isSearching={isSearching} hasFailed={hasFailed} />
    </Modal>
  );
}

/** What is offered for what is typed, in the order in which it is shown. */
function useEntries(typed: string): { entries: Entry[]; isSearching: boolean; hasFailed: boolean } {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const { user } = useMe();
  const { id: company } = useCompany();
  const other = i18n.getFixedT(i18n.language === 'fr' ? 'en' : 'fr');
  const acts = useActs(t, other);
  const saved = useSavedEntries();
  const { found, isSearching, hasFailed } = useFound(typed);
  const recent = recentEntries(user.id, company);
  const pages = pageEntries(t, other, may);
  if (!typed.trim()) {
    const first = [...recent, ...acts.slice(0, AT_FIRST), ...saved, ...pages];
    return { entries: inOrder(first), isSearching: false, hasFailed: false };
  }
  const known = [...pick(typed, recent, 3), ...pick(typed, acts, OF_ACTS), ...pick(typed, pages, OF_PAGES)];
  const entries = [...known, ...pick(typed, saved, OF_ACTS), ...found];
  // What one chose lately stands once, at the top.
  const lately = new Set(entries.filter(({ kind }) => kind === 'recent').map(({ to }) => to));
  const shown = entries.filter(({ kind, to }) => kind === 'recent' || !to || !lately.has(to));
  return { entries: inOrder(shown, typed), isSearching, hasFailed };
}

/** By kind, as they stand under their headings; what is typed puts the kind of the best answer among pages and acts first. */
function inOrder(entries: readonly Entry[], typed = ''): Entry[] {
  const [best] = pick(
    typed,
    entries.filter(({ kind }) => kind === 'page' || kind === 'act'),
    1,
  );
  const rank = ({ kind }: Entry) =>
    kind === 'recent' ? -2 : typed && kind === best?.kind ? -1 : ENTRY_KINDS.indexOf(kind);
  return [...entries].sort((left, right) => rank(left) - rank(right));
}

function useChoose(onClose: () => void): (entry: Entry) => void {
  const navigate = useNavigate();
  const { user } = useMe();
  const { id: company } = useCompany();
  return (entry) => {
    onClose();
    rememberEntry(user.id, company, entry);
    if (entry.to) void navigate(entry.to);
    else entry.run?.();
  };
}

/** Up, down, to the ends; round at both. @returns whether the key was one of these. */
function useMove(count: number, active: number, setAt: (at: number) => void): (key: string) => boolean {
  const steps: Record<string, number> = {
    ArrowDown: (active + 1) % Math.max(count, 1),
    ArrowUp: (active - 1 + count) % Math.max(count, 1),
    PageDown: Math.min(active + 8, count - 1),
    PageUp: Math.max(active - 8, 0),
  };
  return (key) => {
    const next = steps[key];
    if (next === undefined || count === 0) return false;
    setAt(next);
    return true;
  };
}

interface ResultsProps {
  listId: string;
  entries: readonly Entry[];
  active: number;
  onPoint: (at: number) => void;
  onChoose: (entry: Entry) => void;
}

function Results({ listId, entries, active, onPoint, onChoose }: ResultsProps) {
  const { t } = useTranslation();
  const shown = useRef(-1);
  const keepInView = (element: HTMLElement | null, at: number) => {
    if (!element || at !== active || shown.current === at) return;
    shown.current = at;
    element.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div id={listId} role="listbox" aria-label={t('palette.results')} className="palette-list">
      {entries.map((entry, index) => (
        <div key={entry.id} role="presentation">
          {entry.kind !== entries[index - 1]?.kind && (
            <div className="palette-kind" role="presentation">
              {t(`palette.kinds.${entry.kind}`)}
            </div>
          )}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard */}
          <div
            id={`${listId}-${index}`}
            ref={(element) => keepInView(element, index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className="palette-entry"
            onMouseMove={() => index !== active && onPoint(index)}
            onClick={() => onChoose(entry)}
          >
            <span className="palette-label">{entry.label}</span>
            {entry.hint && <span className="palette-hint">{entry.hint}</span>}
            {entry.keys && <Keys keys={entry.keys} />}
          </div>
        </div>
      ))}
    </div>
  );
}

/** How the search stands, said to screen readers too. */
function State({
  isEmpty,
  isSearching,
  hasFailed,
}: Record<'isEmpty' | 'isSearching' | 'hasFailed', boolean>) {
  const { t } = useTranslation();
  const word = hasFailed
    ? t('palette.failed')
    : isSearching
      ? t('palette.searching')
      : isEmpty
        ? t('palette.nothing')
        : '';
  return (
    <p className={word ? 'palette-state' : 'palette-state is-hint'} role="status">
      {word || t('palette.hint')}
    </p>
  );
}
