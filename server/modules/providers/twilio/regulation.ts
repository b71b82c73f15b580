import type { Twilio } from 'twilio';
import { text, withFields } from '../parse.ts';
import type { NumberType, RequirementSpec, RequirementType } from '../port.ts';
import type { Requester } from '../requests.ts';

export interface Zone {
  country: string;
  type: NumberType;
}

/** One kind of document that we chose among those a regulation accepts. */
export interface DocumentPlan {
  /** The requirement it answers: document.<requirement>.<type>. */
  id: string;
  documentType: string;
  /** False for Twilio's "address" document, which is only a link to an address. */
  hasFile: boolean;
  /** What the document itself must say, each with where the value comes from. */
  fields: { name: string; from: FieldSource }[];
}

/** A field of a document: the same as the business's, a requirement of its own, or an address. */
export type FieldSource =
  | { kind: 'end_user' }
  | { kind: 'own'; id: string }
  | { kind: 'address'; id: string };

/** What a regulation asks of a business, flattened to our words. */
export interface Regulation {
  sid: string;
  specs: RequirementSpec[];
  documents: DocumentPlan[];
}

interface RawField {
  machine_name?: string;
  friendly_name?: string;
  description?: string;
}

interface RawPart {
  name?: string;
  type?: string;
  fields?: string[];
  detailed_fields?: RawField[];
}

interface RawDocument {
  name?: string;
  requirement_name?: string;
  description?: string;
  accepted_documents?: RawPart[];
}

interface RawRequirements {
  end_user?: RawPart[];
  supporting_document?: (RawDocument[] | RawDocument)[];
}

/** Reads the regulation for businesses of a country and number type; null when there is none. */
export async function fetchRegulation(
  { client, request }: { client: Twilio; request: Requester },
  zone: Zone,
): Promise<Regulation | null> {
  if (zone.type === 'shared_cost') return null;
  const found = await request('repeatable', () =>
    client.numbers.v2.regulatoryCompliance.regulations.list({
      isoCountry: zone.country,
      numberType: zone.type === 'toll_free' ? 'toll-free' : zone.type,
      endUserType: 'business',
      limit: 20,
    }),
  );
  const regulation = found.find((item) => item.endUserType === 'business') ?? found[0];
  return regulation?.sid ? flatten(regulation.sid, (regulation.requirements ?? {}) as RawRequirements) : null;
}

type Draft = Omit<RequirementSpec, 'field'>;

/** A regulation in our words. Pure. */
export function flatten(sid: string, raw: RawRequirements): Regulation {
  const endUserFields = (raw.end_user ?? []).flatMap(fieldsOf);
  const specs = endUserFields.map((field) =>
    spec(`end_user.${field.name}`, 'textual', field.title, field.description),
  );
  const endUserNames = new Set(endUserFields.map((field) => field.name));
  const chosen = (raw.supporting_document ?? [])
    .map((entry) => choose([entry].flat()))
    .filter((choice) => choice !== null);
  // Addresses first: a document that names an address names one of these.
  const ordered = [
    ...chosen.filter((choice) => !choice.hasFile),
    ...chosen.filter((choice) => choice.hasFile),
  ];
  let addressId: string | null = null;
  const documents = ordered.map((choice): DocumentPlan => {
    specs.push(spec(choice.id, choice.hasFile ? 'document' : 'address', choice.title, choice.description));
    if (!choice.hasFile) addressId ??= choice.id;
    const fields = choice.fields.map((field) => {
      if (field.name === 'address_sids' && !choice.hasFile)
        return { name: field.name, from: { kind: 'address', id: choice.id } as const };
      const ownId = `field.${choice.requirement}.${choice.documentType}.${field.name}`;
      if (field.name === 'address_sids') {
        if (!addressId) specs.push(spec(ownId, 'address', `${choice.title}: address`, field.description));
        addressId ??= ownId;
        return { name: field.name, from: { kind: 'address', id: addressId } as const };
      }
      if (endUserNames.has(field.name)) return { name: field.name, from: { kind: 'end_user' } as const };
      specs.push(spec(ownId, 'textual', `${choice.title}: ${field.title}`, field.description));
      return { name: field.name, from: { kind: 'own', id: ownId } as const };
    });
    return { id: choice.id, documentType: choice.documentType, hasFile: choice.hasFile, fields };
  });
  return { sid, specs: withFields(specs), documents };
}

function spec(id: string, type: RequirementType, name: string, description: string): Draft {
  return { id, type, name, description, example: null, criteria: {} };
}

interface Field {
  name: string;
  title: string;
  description: string;
}

function fieldsOf(part: RawPart): Field[] {
  const detailed = (part.detailed_fields ?? []).map((field) => ({
    name: text(field.machine_name) ?? '',
    title: text(field.friendly_name) ?? titleOf(text(field.machine_name) ?? ''),
    description: text(field.description) ?? '',
  }));
  const named = new Set(detailed.map((field) => field.name));
  const rest = (part.fields ?? [])
    .filter((name) => !named.has(name))
    .map((name) => ({ name, title: titleOf(name), description: '' }));
  return [...detailed, ...rest].filter((field) => field.name !== '');
}

/** business_registration_number -> Business registration number. */
function titleOf(machineName: string): string {
  const words = machineName.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface Choice {
  id: string;
  requirement: string;
  documentType: string;
  hasFile: boolean;
  title: string;
  description: string;
  fields: Field[];
}

/**
 * The first accepted kind of document that is a file, or else the address. One kind is enough for Twilio; the others are
 * named in the description.
 */
function choose(alternatives: RawDocument[]): Choice | null {
  const accepted = alternatives.flatMap((item) =>
    (item.accepted_documents ?? []).map((part) => ({ item, part })),
  );
  const found = accepted.find(({ part }) => part.type !== 'address') ?? accepted[0];
  const requirement = text(found?.item.requirement_name);
  const documentType = text(found?.part.type);
  if (!found || !requirement || !documentType) return null;
  const title = text(found.item.name) ?? text(found.part.name) ?? titleOf(requirement);
  const kinds = accepted
    .map(({ part }) => text(part.name) ?? titleOf(part.type ?? ''))
    .filter((name) => name !== '');
  const others = kinds.filter((name) => name !== found.part.name);
  const chosen = text(found.part.name);
  const description = [
    text(found.item.description),
    chosen,
    others.length > 0 ? `Twilio also accepts: ${others.join(', ')}` : null,
  ]
    .filter((part) => part !== null)
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(' ');
  const hasFile = documentType !== 'address';
  return {
    id: `document.${requirement}.${documentType}`,
    requirement,
    documentType,
    hasFile,
    title,
    description,
    fields: fieldsOf(found.part),
  };
}
