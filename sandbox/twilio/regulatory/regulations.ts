import type { Answer, Call, Route } from '../../core/http.ts';
import { namedSid } from '../../core/ids.ts';
import { notFound } from '../dialect.ts';
import { asked, metaPage, ok } from '../shape.ts';
import {
  DOCUMENT_TYPES,
  type Field,
  fieldView,
  REGULATIONS,
  type Regulation,
  regulationOf,
} from './catalogue.ts';

const PATH = '/v2/RegulatoryCompliance';

export const regulationRoutes: Route[] = [
  { method: 'GET', path: `${PATH}/Regulations`, handler: list },
  { method: 'GET', path: `${PATH}/Regulations/:Sid`, handler: fetchOne },
  {
    method: 'GET',
    path: `${PATH}/EndUserTypes`,
    handler: (call) => metaPage(call, 'end_user_types', endUserTypes(call)),
  },
  {
    method: 'GET',
    path: `${PATH}/EndUserTypes/:Sid`,
    handler: (call) => ofCatalogue(call, endUserTypes(call)),
  },
  {
    method: 'GET',
    path: `${PATH}/SupportingDocumentTypes`,
    handler: (call) => metaPage(call, 'supporting_document_types', documentTypes(call)),
  },
  {
    method: 'GET',
    path: `${PATH}/SupportingDocumentTypes/:Sid`,
    handler: (call) => ofCatalogue(call, documentTypes(call)),
  },
];

const title = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function view(call: Call, regulation: Regulation): Record<string, unknown> {
  const { country, numberType, endUserType } = regulation;
  const base = `${call.sb.url}${PATH}`;
  return {
    sid: regulation.sid,
    friendly_name: `${country}: ${title(numberType)} - ${title(endUserType)}`,
    iso_country: country,
    number_type: numberType,
    end_user_type: endUserType,
    requirements: {
      end_user: [
        {
          name: title(endUserType),
          type: endUserType,
          requirement_name: `${endUserType}_info`,
          url: `${base}/Regulations/${endUserType}`,
          fields: regulation.endUserFields.map((field) => field.machine_name),
          detailed_fields: regulation.endUserFields.map(fieldView),
        },
      ],
      supporting_document: regulation.documents.map((requirement) => [
        {
          name: requirement.name,
          type: 'document',
          requirement_name: requirement.requirement_name,
          description: requirement.description,
          accepted_documents: requirement.accepted.map(({ type, name, fields }) => ({
            name,
            type,
            url: `${base}/DocumentTypes/${type}`,
            fields: fields.map((field) => field.machine_name),
            detailed_fields: fields.map(fieldView),
          })),
        },
      ]),
    },
    url: `${base}/Regulations/${regulation.sid}`,
  };
}

function list(call: Call): Answer {
  const [country, type, endUser] = [
    asked(call, 'IsoCountry'),
    asked(call, 'NumberType'),
    asked(call, 'EndUserType'),
  ];
  const found = REGULATIONS.filter(
    (regulation) => country === undefined || regulation.country === country.toUpperCase(),
  )
    .filter((regulation) => type === undefined || regulation.numberType === type)
    .filter((regulation) => endUser === undefined || regulation.endUserType === endUser);
  return metaPage(
    call,
    'results',
    found.map((regulation) => view(call, regulation)),
  );
}

function fetchOne(call: Call): Answer {
  const regulation = regulationOf(call.params.Sid ?? '');
  if (regulation === undefined) throw notFound(call.path);
  return ok(view(call, regulation));
}

interface CatalogueEntry {
  sid: string;
}

function entry(call: Call, list: string, machineName: string, friendlyName: string, fields: Field[]) {
  const sid = namedSid('OY', `${list}/${machineName}`);
  const shown = fields.map(({ machine_name, friendly_name }) => ({
    machine_name,
    friendly_name,
    constraint: 'String',
  }));
  return {
    sid,
    friendly_name: friendlyName,
    machine_name: machineName,
    fields: shown,
    url: `${call.sb.url}${PATH}/${list}/${sid}`,
  };
}

function endUserTypes(call: Call): CatalogueEntry[] {
  return (['individual', 'business'] as const).map((type) => {
    const all = REGULATIONS.filter((regulation) => regulation.endUserType === type).flatMap(
      (regulation) => regulation.endUserFields,
    );
    const fields = [...new Map(all.map((field) => [field.machine_name, field])).values()];
    return entry(call, 'EndUserTypes', type, title(type), fields);
  });
}

function documentTypes(call: Call): CatalogueEntry[] {
  return DOCUMENT_TYPES.map(({ type, name, fields }) =>
    entry(call, 'SupportingDocumentTypes', type, name, fields),
  );
}

function ofCatalogue(call: Call, entries: CatalogueEntry[]): Answer {
  const found = entries.find((candidate) => candidate.sid === call.params.Sid);
  if (found === undefined) throw notFound(call.path);
  return ok(found);
}
