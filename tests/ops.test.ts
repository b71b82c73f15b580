import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { submitted, testBox } from './harness/engine.ts';
import { eventually } from './harness/eventually.ts';
import { startRelais, type TestRelais } from './harness/relais.ts';

// What is handed to Prometheus and Grafana fits what the server tells, and what the runbook explains.

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}
interface Panel {
  title: string;
  type: string;
  targets?: { expr: string; legendFormat: string }[];
  fieldConfig?: {
    defaults: { unit?: string };
    overrides: { properties: { id: string; value: unknown }[] }[];
  };
}

const rules: Rule[] = parse(readFileSync('ops/prometheus/alerts.yml', 'utf8')).groups.flatMap(
  ({ rules: some }: { rules: Rule[] }) => some,
);
const board: { panels: Panel[] } = JSON.parse(readFileSync('ops/grafana/relais.json', 'utf8'));

/** Every name of a metric, with the labels asked of it, in PromQL. */
function selectorsIn(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b((?:relais|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name, labels = '']) => ({
      name: name!,
      labels: [...labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
    }),
  );
}

/** Values of labels that are asked for by name: {status="unknown"}, {status=~"completed|failed"}. */
const valuesIn = (expression: string): { name: string; label: string; value: string }[] =>
  [...expression.matchAll(/\b(relais_\w+)\{([^}]*)\}/g)].flatMap(([, name, labels]) =>
    [...labels!.matchAll(/(\w+)\s*(?:=~|!~|!=|=)"([\w|]+)"/g)].flatMap(([, label, values]) =>
      values!.split('|').map((value) => ({ name: name!, label: label!, value })),
    ),
  );

/** The labels that an aggregation keeps: by (…). */
const groupings = (expression: string) =>
  [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) =>
    names!.split(',').map((name) => name.trim()),
  );

const expressions = [
  ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ...board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: title, expr }))),
];

describe('alert rules and board', () => {
  let relais: TestRelais;
  /** What the server tells: names of metrics, and the labels that they have. */
  let told: Map<string, Set<string>>;
  let text: string;
  /** Whether a metric was told with this value of a label. */
  const isTold = ({ name, label, value }: { name: string; label: string; value: string }) =>
    new RegExp(`^${name}\\{[^}]*\\b${label}="${value}"`, 'm').test(text);

  beforeAll(async () => {
    relais = await startRelais();
    // Some of everything has happened.
    const { body } = await relais.api.get('/api/phone-numbers/search?countryCode=US');
    await relais.api.post('/api/phone-numbers/purchase', { phoneNumber: body.numbers[0].phoneNumber });
    await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' });
    const box = testBox(relais, 'counted', { fencing: true, sims: [{ slot: '1', operator: 'MTN' }] });
    await box.register();
    const id = await submitted(relais.api);
    const [work] = await box.pull('limit=1&wait=20');
    const { attempt, leaseId } = work!;
    for (const status of ['processing', 'completed'])
      expect((await box.report(id, status, { attempt, leaseId })).status).toBe(200);
    const { jobSeconds, requirementGroups, webhookSeconds } = relais.kernel.metrics;
    await eventually(async () => {
      for (const metric of [jobSeconds, requirementGroups, webhookSeconds])
        expect((await metric.get()).values.length).toBeGreaterThan(0);
    });
    text = (await relais.api.get('/metrics')).body;
    told = new Map();
    for (const [, name, labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
      const known = told.get(name!) ?? new Set();
      for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
      told.set(name!, known);
    }
  });
  afterAll(() => relais?.stop());

  it('name metrics and labels that a scrape has', () => {
    expect(expressions.length).toBeGreaterThan(40);
    const wrong = expressions.flatMap(({ where, expr }) => {
      const selectors = selectorsIn(expr);
      const labels = new Set(selectors.flatMap(({ name }) => [...(told.get(name) ?? [])]));
      return [
        ...selectors.filter(({ name }) => !told.has(name)).map(({ name }) => `${where}: ${name}`),
        ...selectors.flatMap(({ name, labels: asked }) =>
          asked
            .filter((label) => told.has(name) && !told.get(name)!.has(label))
            .map((label) => `${where}: ${name}{${label}}`),
        ),
        ...groupings(expr)
          .filter((label) => !labels.has(label) && label !== 'instance')
          .map((label) => `${where}: by (${label})`),
      ];
    });
    // A task that gave up is told only when there is one.
    expect(wrong.filter((each) => !/relais_jobs_(failed|waiting)\b|by \(task\)/.test(each))).toEqual([]);
    // The look itself can fail.
    expect(selectorsIn('sum(rate(relais_x_total{a=~"b",c!="d"}[5m])) by (e)')).toEqual([
      { name: 'relais_x_total', labels: ['a', 'c'] },
    ]);
  });

  it('name values of labels that there are', () => {
    const asked = expressions.flatMap(({ where, expr }) =>
      valuesIn(expr).map((each) => ({ where, ...each, told: isTold(each) })),
    );
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter(({ told: isThere }) => !isThere)).toEqual([]);
    expect(isTold({ name: 'relais_boxes', label: 'state', value: 'conected' })).toBe(false);
  });

  it('say in legends and sentences only what the expression keeps', () => {
    const sentences = [
      ...board.panels.flatMap(({ title, targets = [] }) =>
        targets.map(({ expr, legendFormat }) => ({ where: title, expr, words: legendFormat })),
      ),
      ...rules.map(({ alert, expr, annotations }) => ({ where: alert, expr, words: annotations.summary })),
    ];
    const wrong = sentences.flatMap(({ where, expr, words }) =>
      [...words.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)]
        .map(([, label]) => label!)
        .filter((label) => !groupings(expr).includes(label) && !/^up\{/.test(expr))
        .map((label) => `${where}: ${label}`),
    );
    expect(wrong).toEqual([]);
    // Each unit on an axis of its own: seconds are not bytes.
    for (const { title, type, targets, fieldConfig } of board.panels.filter(
      (panel) => panel.type !== 'row',
    )) {
      expect(fieldConfig, title).toMatchObject({
        defaults: { unit: expect.any(String) },
        overrides: expect.any(Array),
      });
      if (type === 'timeseries')
        for (const { legendFormat } of targets!) expect(legendFormat, title).not.toBe('');
      const measured = new Set(targets!.map(({ expr }) => /_(seconds|bytes)/.exec(expr)?.[1]));
      const units = fieldConfig!.overrides
        .flatMap(({ properties }) => properties)
        .filter(({ id }) => id === 'unit');
      expect(units, title).toHaveLength(measured.size - 1);
    }
  });

  it('leave no metric of ours out, and none names a company, a person or a number', async () => {
    const used = new Set(
      expressions.flatMap(({ expr }) =>
        selectorsIn(expr).map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')),
      ),
    );
    const registered = relais.kernel.metrics.registry.getMetricsAsArray().map(({ name }) => name);
    expect(registered.filter((name) => name.startsWith('relais_') && !used.has(name))).toEqual([]);
    for (const secret of [relais.companyId, 'Harness', 'counted', '237677123456', '+1'])
      expect(text).not.toContain(secret);
  });

  it('are read from the database at most every ten seconds', async () => {
    const { metrics } = relais.kernel;
    let asked = 0;
    const query = relais.kernel.db.ownerPool.query;
    relais.kernel.db.ownerPool.query = ((...args: Parameters<typeof query>) => {
      if (String(args[0]).includes('_private_tasks')) asked += 1;
      return query.apply(relais.kernel.db.ownerPool, args);
    }) as typeof query;
    await Promise.all(Array.from({ length: 20 }, () => metrics.text()));
    relais.kernel.db.ownerPool.query = query;
    expect(asked).toBeLessThanOrEqual(1);
  });

  it.each(['docs/runbook.md', 'docs/runbook.fr.md'])('have a section each in %s', (file) => {
    const headings = [...readFileSync(file, 'utf8').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
    expect(rules.map(({ alert }) => alert).filter((alert) => !headings.includes(alert))).toEqual([]);
    expect(
      headings.filter(
        (heading) => /^Relais[A-Z]/.test(heading!) && !rules.some(({ alert }) => alert === heading),
      ),
    ).toEqual([]);
    for (const { alert, annotations, labels } of rules) {
      expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
      expect(['page', 'ticket']).toContain(labels.severity);
    }
  });
});
