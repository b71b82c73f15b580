/** The colours of the console: petrol ink, paper, and copper like the cords of a switchboard. Text pairs meet WCAG AA. */
export interface Palette {
  primary: string;
  primarySoft: string;
  onPrimary: string;
  copper: string;
  page: string;
  surface: string;
  raised: string;
  sunken: string;
  line: string;
  lineSoft: string;
  text: string;
  muted: string;
  good: string;
  goodSoft: string;
  wait: string;
  waitSoft: string;
  bad: string;
  badSoft: string;
  info: string;
  infoSoft: string;
  calm: string;
  calmSoft: string;
  ink: string;
}

export const light: Palette = {
  primary: '#0f6a60',
  primarySoft: '#dcefeb',
  onPrimary: '#ffffff',
  copper: '#a8541f',
  page: '#f4f6f4',
  surface: '#ffffff',
  raised: '#ffffff',
  sunken: '#eef2ef',
  line: '#d6deda',
  lineSoft: '#e6ebe8',
  text: '#15211e',
  muted: '#55635f',
  good: '#1d6b41',
  goodSoft: '#e1f2e8',
  wait: '#855309',
  waitSoft: '#fbf0d9',
  bad: '#a62b24',
  badSoft: '#fbe7e4',
  info: '#265e8a',
  infoSoft: '#e4eff8',
  calm: '#4c5a56',
  calmSoft: '#e9eeeb',
  ink: '#0d2b28',
};

export const dark: Palette = {
  primary: '#45bfac',
  primarySoft: '#15332e',
  onPrimary: '#04201c',
  copper: '#e9995f',
  page: '#0d1413',
  surface: '#141d1b',
  raised: '#1a2523',
  sunken: '#101817',
  line: '#2c3a37',
  lineSoft: '#22302d',
  text: '#e6efec',
  muted: '#9db0aa',
  good: '#7fd3a4',
  goodSoft: '#14301f',
  wait: '#ecc06a',
  waitSoft: '#352811',
  bad: '#f39a90',
  badSoft: '#3c1b18',
  info: '#8fc4ec',
  infoSoft: '#132b3d',
  calm: '#b3c3be',
  calmSoft: '#22302d',
  ink: '#091a18',
};

/** The palette as CSS variables: `--r-primary`, `--r-good-soft`, … */
export function cssVariables(palette: Palette): [string, string][] {
  return Object.entries(palette).map(([name, value]) => [
    `--r-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    value,
  ]);
}
