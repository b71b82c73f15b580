import type { Dictionary } from '../en.ts';

export const pwa: Dictionary['pwa'] = {
  newVersion: 'Une nouvelle version de Relais est prête',
  newVersionText: 'Rechargez quand cela vous convient ; ce que vous avez enregistré est conservé.',
};
