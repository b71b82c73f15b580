import {
  DesktopOutlined,
  GlobalOutlined,
  LogoutOutlined,
  MoonOutlined,
  QuestionCircleOutlined,
  SafetyOutlined,
  SunOutlined,
} from '@ant-design/icons';
import { Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { me as meApi } from '../api/identity.ts';
import { queryClient } from '../api/queryClient.ts';
import { useMe, useSignOut } from '../api/session.ts';
import { type Language, languages, setLanguage } from '../i18n/index.ts';
import { Keys } from '../keyboard/Keys.tsx';
import { openSheet } from '../keyboard/sheets.ts';
import { paths } from '../paths.ts';
import { type ThemeChoice, useTheme } from '../ui/ThemeProvider.tsx';

const THEMES = { system: <DesktopOutlined />, light: <SunOutlined />, dark: <MoonOutlined /> } as const;

/** Who is signed in, in which language and light, and the way out. */
export function UserMenu() {
  const { t } = useTranslation();
  const { user } = useMe();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { choice, choose } = useTheme();

  const themeItems = (Object.keys(THEMES) as ThemeChoice[]).map((key) => ({
    key: `theme:${key}`,
    label: t(`shell.themes.${key}`),
    icon: THEMES[key],
  }));
  const items = [
    { key: 'who', type: 'group' as const, label: <span className="who">{user.email}</span> },
    { key: 'security', label: t('shell.security'), icon: <SafetyOutlined /> },
    { key: 'keys', label: t('keyboard.title'), icon: <QuestionCircleOutlined />, extra: <Keys keys="?" /> },
    { type: 'divider' as const },
    { key: 'theme', type: 'group' as const, label: t('shell.theme'), children: themeItems },
    { type: 'divider' as const },
    { key: 'out', label: t('shell.signOut'), icon: <LogoutOutlined /> },
  ];
  const act = (key: string) => {
    if (key === 'security') void navigate(paths.security);
    if (key === 'keys') openSheet('help');
    if (key === 'out') signOut.mutate();
    if (key.startsWith('theme:')) choose(key.slice('theme:'.length) as ThemeChoice);
  };
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{ items, selectedKeys: [`theme:${choice}`], onClick: ({ key }) => act(key) }}
    >
      <button type="button" className="user-button" aria-label={t('shell.userMenu', { name: user.name })}>
        <span className="avatar" aria-hidden="true">
          {initials(user.name || user.email)}
        </span>
        <span className="user-name">{user.name}</span>
      </button>
    </Dropdown>
  );
}

function initials(name: string): string {
  return name
    .split(/[\s.@_-]+/)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase() ?? '')
    .join('');
}

/** French or English, remembered on this device and, when signed in, with the account. */
export function LanguageSwitch({ keepWithAccount = false }: { keepWithAccount?: boolean }) {
  const { t, i18n } = useTranslation();
  const choose = (language: Language) => {
    setLanguage(language);
    if (keepWithAccount) void meApi.update({ language }).catch(() => undefined);
    // Answers hold sentences in the language they were asked in.
    void queryClient.invalidateQueries();
  };
  const items = languages.map((language) => ({
    key: language,
    label: <span lang={language}>{t(`shell.languages.${language}`)}</span>,
  }));
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{ items, selectedKeys: [i18n.language], onClick: ({ key }) => choose(key as Language) }}
    >
      <button type="button" className="top-button" aria-label={t('shell.language')}>
        <GlobalOutlined aria-hidden /> {i18n.language.toUpperCase()}
      </button>
    </Dropdown>
  );
}
