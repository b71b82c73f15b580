// What has to be there before Relais itself can run. Plain JavaScript for any Node >= 20: nothing is installed yet.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));
export const pinnedNode = path.join(root, 'node_modules/node/bin/node');

/** Runs a program with this terminal; ends this process with its exit code when it fails. */
export function runOrExit(file, args, options = {}) {
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Installs what the lock file says, when what is installed is anything else. Programs that are started afterwards keep what Node has
 * compiled for the next start, which then takes half the processor time: beside the packages, so that it goes with them.
 */
export function ensureInstalled() {
  if (!isInstalled()) install();
  process.env.NODE_COMPILE_CACHE ??= path.join(root, 'node_modules/.cache/compiled');
}

function install() {
  console.log('Installing packages (once, or after an update) ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  runOrExit(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    shell: process.platform === 'win32',
  });
  if (!existsSync(pinnedNode)) {
    console.error(
      'The pinned Node was not installed: npm must be allowed to run the install script of the package "node".',
    );
    process.exit(1);
  }
}

function isInstalled() {
  const installedFile = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile) || !existsSync(pinnedNode)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '' || (entry.optional && !installed[name])) return true;
    return installed[name]?.version === entry.version;
  });
}

/** Builds the console when its sources changed since the last build. */
export function ensureConsole() {
  const stamp = path.join(root, 'console/dist/.sources');
  const sources = hashSources();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  console.log('Building the console ...');
  runOrExit(pinnedNode, [
    path.join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    'console',
    '--logLevel',
    'warn',
  ]);
  writeFileSync(stamp, sources);
}

function hashSources() {
  const hash = createHash('sha256').update(readFileSync(path.join(root, 'package-lock.json')));
  const folders = ['console', 'server/modules'];
  for (const folder of folders) {
    const files = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
      .filter(
        (file) =>
          !file.includes(`console${path.sep}dist`) && (folder === 'console' || file.endsWith('model.ts')),
      );
    for (const file of files.sort()) hash.update(path.relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A Chromium for the browser tests; fetched from Debian's packages when that is possible. @returns its path, or null. */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  const debian = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (!debian) return null;
  console.log("Fetching Chromium from Debian's packages ...");
  const quiet = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  spawnSync(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
    quiet,
  );
  return findChromium();
}

function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of CHROMIUM_NAMES) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      // not under this name
    }
  }
  return null;
}
