import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BoxConfig } from '../config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The unit under which systemd keeps a box running: started with the machine, and again whenever it ends. */
export function unitOf(root: string, dataDir: string): string {
  return `[Unit]
Description=Relais CallBox
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=simple
User=relais-box
# Serial ports belong to this group.
SupplementaryGroups=dialout
ExecStart=${path.join(root, 'node_modules/node/bin/node')} --disable-warning=ExperimentalWarning ${path.join(root, 'box/main.ts')} run --data ${dataDir}
Restart=always
RestartSec=5
# What is at a SIM is finished first.
TimeoutStopSec=90
KillSignal=SIGTERM
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=true
ReadWritePaths=${dataDir}

[Install]
WantedBy=multi-user.target
`;
}

/** What a technician runs to install it, as root. */
export function installScript(root: string, dataDir: string): string {
  return `#!/bin/sh
# Installs the box as a service. Run it as root: npx relais-box service --data ${dataDir} | sudo sh
set -eu
id relais-box >/dev/null 2>&1 || useradd --system --home-dir ${dataDir} --shell /usr/sbin/nologin relais-box
mkdir -p ${dataDir}
chown -R relais-box:relais-box ${dataDir}
chmod 700 ${dataDir}
cat > /etc/systemd/system/relais-box.service <<'UNIT'
${unitOf(root, dataDir)}UNIT
# A modem manager would take the modem away from the box.
systemctl disable --now ModemManager.service 2>/dev/null || true
systemctl daemon-reload
systemctl enable --now relais-box.service
systemctl --no-pager status relais-box.service
`;
}

/** Prints it: to be read, and then to be given to a shell. */
export async function service({ dataDir }: BoxConfig): Promise<number> {
  process.stdout.write(installScript(ROOT.replace(/\/$/, ''), dataDir));
  return 0;
}
