import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import pdfmake from 'pdfmake';
import type { TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { LAYOUTS } from './report-page.ts';

/** A thread that sets one document and ends. What it needs is data: functions cannot be handed over. */
const { definition, foot } = workerData as {
  definition: TDocumentDefinitions;
  foot: { left: string; page: string };
};
const MUTED = '#55635f';

const folder = path.join(
  path.dirname(fileURLToPath(import.meta.resolve('pdfmake/package.json'))),
  'fonts/Roboto/',
);
const font = (name: string) => `${folder}Roboto-${name}.ttf`;
pdfmake.setFonts({
  Roboto: {
    ...{
      normal: font('Regular'),
      bold: font('Medium'),
      italics: font('Italic'),
      bolditalics: font('MediumItalic'),
    },
  },
});
// A document fetches nothing, and reads its fonts alone.
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((file) => file.startsWith(folder));
pdfmake.setTableLayouts({
  measures: {
    hLineWidth: () => LAYOUTS.measures.width,
    vLineWidth: () => LAYOUTS.measures.width,
    hLineColor: () => LAYOUTS.measures.line,
    vLineColor: () => LAYOUTS.measures.line,
    ...{ paddingLeft: () => 8, paddingRight: () => 8, paddingTop: () => 6, paddingBottom: () => 6 },
  },
  figures: {
    hLineWidth: (index, node) =>
      index === 0 || index === node.table.body.length ? 0 : LAYOUTS.figures.width,
    vLineWidth: () => 0,
    hLineColor: () => LAYOUTS.figures.line,
    paddingLeft: (index) => (index === 0 ? 0 : 6),
    paddingRight: (index, node) => (index === (node.table.widths?.length ?? 0) - 1 ? 0 : 6),
    ...{ paddingTop: () => 3, paddingBottom: () => 3 },
  },
});

const bytes = await pdfmake
  .createPdf({
    ...definition,
    pageBreakBefore: (node, { getFollowingNodesOnPage }) =>
      node.headlineLevel === 1 && getFollowingNodesOnPage().length === 0,
    footer: (page, pages) => ({
      ...{ margin: [40, 18, 40, 0], fontSize: 7.5, color: MUTED },
      columns: [
        { text: foot.left, width: '*' },
        {
          text: foot.page.replace('{page}', String(page)).replace('{pages}', String(pages)),
          alignment: 'right',
          width: 'auto',
        },
      ],
    }),
  })
  .getBuffer();
parentPort!.postMessage(new Uint8Array(bytes));
