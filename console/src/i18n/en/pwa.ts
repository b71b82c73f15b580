export const pwa = {
  newVersion: 'A new version of Relais is ready',
  newVersionText: 'Reload when it suits you; what you saved is safe.',
};
