// Sets the theme and the language before the first paint, so that a dark screen never flashes white.
(() => {
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const choice = read('relais.theme');
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  const language = read('relais.language') ?? (navigator.language.startsWith('fr') ? 'fr' : 'en');
  document.documentElement.lang = language;
  // An installed app is named, and its shortcuts are, in the language of the console.
  const manifest = document.createElement('link');
  manifest.rel = 'manifest';
  manifest.href = language === 'fr' ? '/manifest.fr.webmanifest' : '/manifest.webmanifest';
  document.head.append(manifest);
})();
