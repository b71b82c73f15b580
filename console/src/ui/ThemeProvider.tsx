import { App, ConfigProvider, type ThemeConfig, theme as themes } from 'antd';
import type { Locale } from 'antd/es/locale';
import enLocale from 'antd/locale/en_US.js';
import fr from 'antd/locale/fr_FR.js';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cssVariables, dark, light, type Palette } from './palette.ts';
import { remember, remembered } from './storage.ts';
import { useMedia } from './useMedia.ts';

/** Days in fields as they are written in French, and typed. */
const FRENCH_FIELDS = { fieldDateFormat: 'DD/MM/YYYY', fieldDateTimeFormat: 'DD/MM/YYYY HH:mm:ss' };
const frLocale: Locale = {
  ...fr,
  DatePicker: fr.DatePicker && { ...fr.DatePicker, lang: { ...fr.DatePicker.lang, ...FRENCH_FIELDS } },
};

export type ThemeChoice = 'system' | 'light' | 'dark';

const ThemeContext = createContext<{
  choice: ThemeChoice;
  isDark: boolean;
  choose: (choice: ThemeChoice) => void;
} | null>(null);

const FONT =
  "ui-sans-serif, 'Inter', 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif";
const MONO =
  "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** Light or dark by the system or by choice; Ant Design's tokens and language. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState<ThemeChoice>(firstChoice);
  const { i18n } = useTranslation();
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const still = useMedia('(prefers-reduced-motion: reduce)');
  const isDark = choice === 'dark' || (choice === 'system' && systemDark);
  const config = useMemo(() => toTheme(isDark, still), [isDark, still]);

  useEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = isDark ? 'dark' : 'light';
    for (const [name, value] of cssVariables(isDark ? dark : light)) root.style.setProperty(name, value);
  }, [isDark]);

  const choose = (next: ThemeChoice) => {
    remember('theme', next);
    setChoice(next);
  };
  return (
    <ThemeContext value={{ choice, isDark, choose }}>
      <ConfigProvider
        theme={config}
        locale={i18n.language === 'fr' ? frLocale : enLocale}
        wave={{ disabled: true }}
      >
        <App className="relais">{children}</App>
      </ConfigProvider>
    </ThemeContext>
  );
}

export function useTheme() {
  const value = use(ThemeContext);
  if (!value) throw new Error('useTheme needs a ThemeProvider above it');
  return value;
}

function firstChoice(): ThemeChoice {
  const stored = remembered('theme');
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function toTheme(isDark: boolean, still: boolean): ThemeConfig {
  const palette: Palette = isDark ? dark : light;
  return {
    algorithm: isDark ? themes.darkAlgorithm : themes.defaultAlgorithm,
    token: {
      colorPrimary: palette.primary,
      colorInfo: palette.info,
      colorSuccess: palette.good,
      colorWarning: palette.wait,
      colorError: palette.bad,
      colorPrimaryBg: palette.primarySoft,
      colorPrimaryBgHover: palette.primarySoft,
      colorInfoBg: palette.infoSoft,
      colorInfoBorder: palette.infoSoft,
      colorSuccessBg: palette.goodSoft,
      colorSuccessBorder: palette.goodSoft,
      colorWarningBg: palette.waitSoft,
      colorWarningBorder: palette.waitSoft,
      colorErrorBg: palette.badSoft,
      colorErrorBorder: palette.badSoft,
      controlItemBgActive: palette.primarySoft,
      controlItemBgActiveHover: palette.primarySoft,
      colorLink: palette.primary,
      colorLinkHover: palette.primary,
      colorBgLayout: palette.page,
      colorBgContainer: palette.surface,
      colorBgElevated: palette.raised,
      colorText: palette.text,
      colorTextSecondary: palette.muted,
      colorTextDescription: palette.muted,
      colorTextPlaceholder: palette.muted,
      colorTextDisabled: palette.muted,
      colorBorder: palette.line,
      colorBorderSecondary: palette.lineSoft,
      fontFamily: FONT,
      fontFamilyCode: MONO,
      borderRadius: 8,
      controlHeight: 36,
      motion: !still,
    },
    components: {
      Button: {
        primaryColor: palette.onPrimary,
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        fontWeight: 500,
      },
      Table: {
        headerBg: palette.surface,
        headerColor: palette.muted,
        headerSplitColor: 'transparent',
        rowHoverBg: palette.sunken,
        cellPaddingInlineMD: 16,
      },
      Card: { headerFontSize: 15 },
      Tabs: { itemColor: palette.muted },
      Progress: { defaultColor: palette.primary, remainingColor: palette.line },
      Tooltip: { colorBgSpotlight: isDark ? '#2f403c' : '#1c2b28' },
      Checkbox: { colorWhite: palette.onPrimary },
    },
  };
}
