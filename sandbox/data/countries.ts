/** The kinds of numbers that exist somewhere. `shared_cost` is sold by Telnyx only. */
export type NumberType = 'local' | 'mobile' | 'toll_free' | 'national' | 'shared_cost';

export const NUMBER_TYPES: readonly NumberType[] = [
  'local',
  'mobile',
  'toll_free',
  'national',
  'shared_cost',
];

export type Feature =
  | 'sms'
  | 'mms'
  | 'voice'
  | 'fax'
  | 'emergency'
  | 'hd_voice'
  | 'international_sms'
  | 'local_calling';

/** One area of numbers: national digits every number of it begins with, and where it is. */
export interface Area {
  prefix: string;
  locality: string;
  region: string;
}

/** Numbers of one type in one country. */
export interface TypeSpec {
  /** Digits after the calling code. */
  length: number;
  areas: Area[];
  features: Feature[];
  /** Monthly price in US dollars per provider; null: that provider does not sell it. */
  telnyxMonthly: string | null;
  twilioMonthly: string | null;
}

export interface Country {
  iso: string;
  name: string;
  callingCode: string;
  types: Partial<Record<NumberType, TypeSpec>>;
}

/** `length prefix Locality|Region; prefix Locality|Region` then features, then the two prices. */
type Row = [layout: string, features: string, telnyx: string | null, twilio: string | null];

const V = 'voice fax emergency local_calling hd_voice';
const VS = 'voice sms hd_voice';
const NA = 'voice sms mms fax emergency hd_voice local_calling';
const F = 'voice fax';

function types(rows: Partial<Record<NumberType, Row>>): Country['types'] {
  const specs: Country['types'] = {};
  for (const type of NUMBER_TYPES) {
    const row = rows[type];
    if (row !== undefined) specs[type] = typeSpec(row);
  }
  return specs;
}

function typeSpec([layout, features, telnyxMonthly, twilioMonthly]: Row): TypeSpec {
  const [length = '', ...rest] = layout.split(' ');
  const areas = rest
    .join(' ')
    .split(';')
    .map((text) => {
      const [, prefix = '', place = ''] = /^(\d+)\s*(.*)$/.exec(text.trim()) ?? [];
      const [locality = '', region = ''] = place.split('|');
      return { prefix, locality, region };
    });
  return {
    length: Number(length),
    areas,
    features: features.split(' ') as Feature[],
    telnyxMonthly,
    twilioMonthly,
  };
}

function country(
  iso: string,
  name: string,
  callingCode: string,
  rows: Partial<Record<NumberType, Row>>,
): Country {
  return { iso, name, callingCode, types: types(rows) };
}

/** Every country of the inventory. Prefixes come from the public numbering plans; prices are plausible, not quoted. */
export const COUNTRIES: readonly Country[] = [
  country('US', 'United States', '1', {
    local: [
      '10 415 San Francisco|CA; 212 New York|NY; 312 Chicago|IL; 305 Miami|FL; 512 Austin|TX; 206 Seattle|WA; 617 Boston|MA; 702 Las Vegas|NV; 720 Denver|CO; 404 Atlanta|GA',
      NA,
      '1.00',
      '1.15',
    ],
    toll_free: ['10 833; 844; 855; 866', 'voice sms mms hd_voice', '1.00', '2.15'],
  }),
  country('CA', 'Canada', '1', {
    local: [
      '10 416 Toronto|ON; 514 Montreal|QC; 604 Vancouver|BC; 403 Calgary|AB; 613 Ottawa|ON; 418 Quebec|QC',
      NA,
      '1.00',
      '1.15',
    ],
  }),
  country('PR', 'Puerto Rico', '1', {
    local: ['10 787 San Juan|PR; 939 Ponce|PR', 'voice sms fax', '1.00', '3.00'],
  }),
  country('DO', 'Dominican Republic', '1', {
    local: ['10 809 Santo Domingo|Distrito Nacional; 829 Santiago|Santiago', F, '8.00', '15.00'],
  }),
  country('MX', 'Mexico', '52', {
    local: ['10 55 Mexico City|CDMX; 33 Guadalajara|Jalisco; 81 Monterrey|Nuevo León', F, '3.00', '6.25'],
    toll_free: ['10 800', 'voice', '10.00', '25.00'],
  }),
  country('BR', 'Brazil', '55', {
    local: ['10 113 São Paulo|SP; 213 Rio de Janeiro|RJ; 613 Brasília|DF', F, '4.00', '4.25'],
    mobile: ['11 119 São Paulo|SP; 219 Rio de Janeiro|RJ', VS, '7.00', '14.00'],
  }),
  country('AR', 'Argentina', '54', {
    local: ['10 114 Buenos Aires|Buenos Aires; 3514 Córdoba|Córdoba', F, '6.00', '8.00'],
    toll_free: ['10 800', 'voice', '15.00', '35.00'],
  }),
  country('CL', 'Chile', '56', {
    local: ['9 22 Santiago|Metropolitana; 322 Valparaíso|Valparaíso', F, '6.00', '10.00'],
    mobile: ['9 96', VS, '8.00', '12.00'],
  }),
  country('CO', 'Colombia', '57', {
    local: ['10 601 Bogotá|Bogotá; 604 Medellín|Antioquia; 602 Cali|Valle', F, '8.00', '14.00'],
  }),
  country('PE', 'Peru', '51', {
    local: ['8 1 Lima|Lima', F, '5.00', '10.00'],
    mobile: ['9 97', VS, '9.00', '12.00'],
  }),
  country('GB', 'United Kingdom', '44', {
    local: [
      '10 207 London|England; 203 London|England; 161 Manchester|England; 131 Edinburgh|Scotland; 121 Birmingham|England; 117 Bristol|England; 2920 Cardiff|Wales',
      V,
      '1.00',
      '1.15',
    ],
    mobile: ['10 7700; 7480; 7911', VS, '2.00', '1.15'],
    toll_free: ['10 808', 'voice', '2.00', '2.15'],
    national: ['10 3300; 3330', F, '1.00', '1.15'],
    shared_cost: ['10 843; 844', 'voice', '3.00', null],
  }),
  country('FR', 'France', '33', {
    local: [
      '9 18 Paris|Île-de-France; 42 Lyon|Auvergne-Rhône-Alpes; 44 Marseille|Provence-Alpes-Côte d’Azur; 56 Toulouse|Occitanie; 25 Nantes|Pays de la Loire; 38 Strasbourg|Grand Est; 55 Bordeaux|Nouvelle-Aquitaine; 36 Lille|Hauts-de-France',
      V,
      '1.00',
      '1.15',
    ],
    mobile: ['9 64; 75; 78', VS, '5.00', '6.00'],
    toll_free: ['9 805; 801', 'voice', '8.00', '25.00'],
    national: ['9 970; 974; 975', F, '1.00', '1.15'],
    shared_cost: ['9 890; 892', 'voice', '12.00', null],
  }),
  country('DE', 'Germany', '49', {
    local: [
      '11 30 Berlin|Berlin; 89 München|Bayern; 40 Hamburg|Hamburg; 69 Frankfurt am Main|Hessen; 221 Köln|Nordrhein-Westfalen; 711 Stuttgart|Baden-Württemberg',
      V,
      '1.00',
      '1.15',
    ],
    mobile: ['11 1511; 1521; 1601', VS, '3.00', '8.00'],
    toll_free: ['10 800', 'voice', '8.00', '20.00'],
    national: ['11 32', F, '1.00', '1.15'],
  }),
  country('ES', 'Spain', '34', {
    local: [
      '9 91 Madrid|Madrid; 93 Barcelona|Cataluña; 95 Sevilla|Andalucía; 96 Valencia|Comunitat Valenciana; 94 Bilbao|País Vasco',
      V,
      '1.00',
      '3.00',
    ],
    mobile: ['9 61; 64', VS, '5.00', '6.00'],
    toll_free: ['9 900', 'voice', '8.00', '25.00'],
    national: ['9 51', F, '2.00', '3.00'],
    shared_cost: ['9 902; 901', 'voice', '10.00', null],
  }),
  country('IT', 'Italy', '39', {
    local: [
      '10 024 Milano|Lombardia; 065 Roma|Lazio; 0812 Napoli|Campania; 0114 Torino|Piemonte',
      V,
      '1.00',
      '3.00',
    ],
    mobile: ['10 339; 347', VS, '20.00', '25.00'],
    toll_free: ['9 800', 'voice', '10.00', '25.00'],
    national: ['10 178', F, '3.00', null],
  }),
  country('CH', 'Switzerland', '41', {
    local: [
      '9 44 Zürich|Zürich; 22 Genève|Genève; 31 Bern|Bern; 61 Basel|Basel-Stadt; 21 Lausanne|Vaud',
      V,
      '1.00',
      '1.00',
    ],
    mobile: ['9 76; 78; 79', VS, '6.00', '8.00'],
    toll_free: ['9 800', 'voice', '10.00', '25.00'],
    national: ['9 58', F, '2.00', '2.00'],
    shared_cost: ['9 848; 842', 'voice', '12.00', null],
  }),
  country('BE', 'Belgium', '32', {
    local: [
      '8 2 Bruxelles|Bruxelles-Capitale; 3 Antwerpen|Antwerpen; 92 Gent|Oost-Vlaanderen; 42 Liège|Liège',
      V,
      '1.00',
      '1.25',
    ],
    mobile: ['9 46; 47', VS, '3.00', '3.25'],
    toll_free: ['8 800', 'voice', '10.00', '25.00'],
    shared_cost: ['8 78', 'voice', '8.00', null],
  }),
  country('NL', 'Netherlands', '31', {
    local: [
      '9 20 Amsterdam|Noord-Holland; 10 Rotterdam|Zuid-Holland; 70 Den Haag|Zuid-Holland; 30 Utrecht|Utrecht',
      V,
      '1.00',
      '4.00',
    ],
    mobile: ['9 64; 61', VS, '5.00', '6.00'],
    toll_free: ['7 800', 'voice', '12.00', '30.00'],
    national: ['9 85; 88', F, '1.00', '4.00'],
  }),
  country('LU', 'Luxembourg', '352', {
    local: ['8 26; 27', F, '4.00', '6.00'],
    toll_free: ['8 800', 'voice', '15.00', null],
  }),
  country('PT', 'Portugal', '351', {
    local: ['9 21 Lisboa|Lisboa; 22 Porto|Porto; 239 Coimbra|Coimbra', V, '1.00', '1.50'],
    mobile: ['9 91; 93', VS, '12.00', '15.00'],
    toll_free: ['9 800', 'voice', '12.00', '30.00'],
    national: ['9 30', F, '1.00', '1.50'],
    shared_cost: ['9 808', 'voice', '10.00', null],
  }),
  country('IE', 'Ireland', '353', {
    local: ['9 15 Dublin|Leinster; 214 Cork|Munster', V, '1.00', '1.50'],
    mobile: ['9 83; 85', VS, '5.00', '6.00'],
    toll_free: ['10 1800', 'voice', '10.00', '25.00'],
    national: ['9 76', F, '1.00', null],
    shared_cost: ['10 1850', 'voice', '12.00', null],
  }),
  country('AT', 'Austria', '43', {
    local: ['8 12 Wien|Wien; 15 Wien|Wien; 316 Graz|Steiermark; 662 Salzburg|Salzburg', V, '1.00', '1.50'],
    mobile: ['11 677; 664', VS, '5.00', '8.00'],
    toll_free: ['9 800', 'voice', '10.00', '25.00'],
    national: ['9 720', F, '1.00', '1.50'],
    shared_cost: ['9 810', 'voice', '12.00', null],
  }),
  country('SE', 'Sweden', '46', {
    local: ['9 85 Stockholm|Stockholm; 31 Göteborg|Västra Götaland; 40 Malmö|Skåne', V, '1.00', '1.15'],
    mobile: ['9 70; 76', VS, '3.00', '3.00'],
    toll_free: ['8 20', 'voice', '8.00', '25.00'],
    national: ['9 77', F, '2.00', '3.00'],
  }),
  country('NO', 'Norway', '47', {
    local: ['8 21 Oslo|Oslo; 55 Bergen|Vestland; 73 Trondheim|Trøndelag', V, '1.00', '3.00'],
    mobile: ['8 46; 92', VS, '5.00', '6.00'],
    toll_free: ['8 800', 'voice', '10.00', '25.00'],
  }),
  country('DK', 'Denmark', '45', {
    local: ['8 33 København|Hovedstaden; 86 Aarhus|Midtjylland', V, '1.00', '4.00'],
    mobile: ['8 26; 42', VS, '5.00', '15.00'],
    toll_free: ['8 80', 'voice', '10.00', '25.00'],
  }),
  country('FI', 'Finland', '358', {
    local: ['9 942 Helsinki|Uusimaa; 315 Tampere|Pirkanmaa', V, '2.00', '3.00'],
    mobile: ['9 45; 50', VS, '4.00', '5.00'],
    toll_free: ['9 800', 'voice', '12.00', '30.00'],
    national: ['9 102; 207', F, '2.00', '3.00'],
  }),
  country('PL', 'Poland', '48', {
    local: ['9 22 Warszawa|Mazowieckie; 12 Kraków|Małopolskie; 61 Poznań|Wielkopolskie', V, '1.00', '1.25'],
    mobile: ['9 51; 60', VS, '3.00', '4.00'],
    toll_free: ['9 800', 'voice', '10.00', '25.00'],
    shared_cost: ['9 801', 'voice', '10.00', null],
  }),
  country('CZ', 'Czechia', '420', {
    local: ['9 22 Praha|Praha; 54 Brno|Jihomoravský kraj', V, '1.00', '1.50'],
    mobile: ['9 73; 77', VS, '8.00', '10.00'],
    toll_free: ['9 800', 'voice', '12.00', '25.00'],
    national: ['9 910', F, '1.00', '1.50'],
  }),
  country('SK', 'Slovakia', '421', {
    local: ['9 22 Bratislava|Bratislavský kraj; 552 Košice|Košický kraj', V, '2.00', '3.00'],
    toll_free: ['9 800', 'voice', '12.00', '30.00'],
  }),
  country('HU', 'Hungary', '36', {
    local: ['8 1 Budapest|Budapest; 52 Debrecen|Hajdú-Bihar', V, '1.00', '1.75'],
    mobile: ['9 30; 70', VS, '8.00', '10.00'],
    toll_free: ['8 80', 'voice', '12.00', '30.00'],
    national: ['9 21', F, '1.00', '1.75'],
  }),
  country('RO', 'Romania', '40', {
    local: ['9 31 București|București; 364 Cluj-Napoca|Cluj', V, '1.00', '1.00'],
    mobile: ['9 72; 74', VS, '5.00', '6.00'],
    toll_free: ['9 800', 'voice', '12.00', '30.00'],
    national: ['9 37', F, '1.00', null],
  }),
  country('BG', 'Bulgaria', '359', {
    local: ['8 24 Sofia|Sofia; 329 Plovdiv|Plovdiv; 529 Varna|Varna', V, '1.00', '1.00'],
    mobile: ['9 87; 88', VS, '8.00', '10.00'],
    toll_free: ['8 800', 'voice', '12.00', '30.00'],
    national: ['8 700', F, '2.00', null],
  }),
  country('GR', 'Greece', '30', {
    local: ['10 21 Athina|Attiki; 231 Thessaloniki|Kentriki Makedonia', V, '2.00', '3.00'],
    mobile: ['10 69', VS, '10.00', null],
    toll_free: ['10 800', 'voice', '12.00', '30.00'],
  }),
  country('HR', 'Croatia', '385', {
    local: ['8 14 Zagreb|Zagreb; 214 Split|Splitsko-dalmatinska', V, '1.00', '1.50'],
    mobile: ['9 91; 98', VS, '10.00', '12.00'],
    toll_free: ['9 800', 'voice', '12.00', null],
  }),
  country('SI', 'Slovenia', '386', {
    local: ['8 15 Ljubljana|Osrednjeslovenska; 22 Maribor|Podravska', V, '3.00', '5.00'],
    national: ['8 59', F, '3.00', null],
  }),
  country('EE', 'Estonia', '372', {
    local: ['7 60 Tallinn|Harju; 71 Tartu|Tartu', V, '1.00', '1.25'],
    mobile: ['8 53; 55', VS, '3.00', '3.00'],
    toll_free: ['7 800', 'voice', '12.00', null],
  }),
  country('LV', 'Latvia', '371', {
    local: ['8 67 Rīga|Rīga; 63 Liepāja|Kurzeme', V, '1.00', '1.50'],
    mobile: ['8 26', VS, '12.00', '15.00'],
    toll_free: ['8 80', 'voice', '12.00', null],
  }),
  country('LT', 'Lithuania', '370', {
    local: ['8 52 Vilnius|Vilnius; 37 Kaunas|Kaunas', V, '1.00', '1.00'],
    mobile: ['8 66; 61', VS, '5.00', '6.00'],
    toll_free: ['8 800', 'voice', '12.00', '30.00'],
    national: ['8 700', F, '2.00', null],
  }),
  country('CY', 'Cyprus', '357', {
    local: ['8 22 Nicosia|Nicosia; 25 Limassol|Limassol', V, '2.00', '2.00'],
    toll_free: ['8 800', 'voice', '15.00', '35.00'],
  }),
  country('MT', 'Malta', '356', { local: ['8 21 Valletta|Valletta', V, '2.00', '3.00'] }),
  country('CM', 'Cameroon', '237', {
    local: ['9 222 Yaoundé|Centre; 233 Douala|Littoral', 'voice', '10.00', null],
    mobile: ['9 65; 67; 69', VS, '15.00', '18.00'],
  }),
  country('SN', 'Senegal', '221', {
    local: ['9 338 Dakar|Dakar', 'voice', '12.00', null],
    mobile: ['9 77; 78', VS, '18.00', null],
  }),
  country('CI', 'Côte d’Ivoire', '225', {
    local: ['10 272 Abidjan|Abidjan', 'voice', '14.00', null],
    mobile: ['10 07; 05', VS, '20.00', '22.00'],
  }),
  country('MA', 'Morocco', '212', {
    local: ['9 522 Casablanca|Casablanca-Settat; 537 Rabat|Rabat-Salé-Kénitra', 'voice', '12.00', null],
  }),
  country('TN', 'Tunisia', '216', { local: ['8 71 Tunis|Tunis; 74 Sfax|Sfax', 'voice', '15.00', '20.00'] }),
  country('ZA', 'South Africa', '27', {
    local: [
      '9 10 Johannesburg|Gauteng; 21 Cape Town|Western Cape; 31 Durban|KwaZulu-Natal',
      V,
      '1.00',
      '2.00',
    ],
    mobile: ['9 60; 82', VS, '10.00', '10.00'],
    toll_free: ['9 800', 'voice', '12.00', '25.00'],
    national: ['9 87', F, '1.00', null],
  }),
  country('NG', 'Nigeria', '234', { local: ['10 201 Lagos|Lagos; 209 Abuja|FCT', 'voice', '8.00', null] }),
  country('KE', 'Kenya', '254', {
    local: ['9 20 Nairobi|Nairobi', 'voice', '10.00', '12.00'],
    mobile: ['9 71; 72', VS, '15.00', null],
    toll_free: ['9 800', 'voice', '15.00', null],
  }),
  country('GH', 'Ghana', '233', { local: ['9 302 Accra|Greater Accra', 'voice', '10.00', '14.00'] }),
  country('IL', 'Israel', '972', {
    local: ['8 3 Tel Aviv|Tel Aviv; 2 Jerusalem|Jerusalem; 4 Haifa|Haifa', V, '3.00', '4.00'],
    mobile: ['9 52; 55', VS, '5.00', '15.00'],
    toll_free: ['10 180', 'voice', '20.00', '35.00'],
    national: ['9 77; 73', F, '3.00', '4.00'],
  }),
  country('AU', 'Australia', '61', {
    local: ['9 28 Sydney|NSW; 38 Melbourne|VIC; 73 Brisbane|QLD; 86 Perth|WA', V, '1.00', '3.00'],
    mobile: ['9 48; 43', VS, '6.00', '6.50'],
    toll_free: ['10 1800', 'voice', '10.00', '16.00'],
    shared_cost: ['10 1300', 'voice', '10.00', null],
  }),
  country('NZ', 'New Zealand', '64', {
    local: ['8 9 Auckland|Auckland; 4 Wellington|Wellington; 3 Christchurch|Canterbury', V, '2.00', '3.15'],
    toll_free: ['9 800', 'voice', '12.00', '30.00'],
  }),
  country('SG', 'Singapore', '65', {
    local: ['8 6 Singapore|Singapore', V, '4.00', '5.00'],
    mobile: ['8 88; 91', VS, '30.00', '35.00'],
    toll_free: ['10 800', 'voice', '15.00', '25.00'],
  }),
  country('HK', 'Hong Kong', '852', {
    local: ['8 25 Hong Kong|Hong Kong; 35 Kowloon|Kowloon', V, '4.00', '6.00'],
    mobile: ['8 52; 64', VS, '8.00', '10.00'],
    toll_free: ['9 800', 'voice', '20.00', '30.00'],
  }),
  country('JP', 'Japan', '81', {
    local: ['9 3 Tokyo|Tokyo; 6 Osaka|Osaka', V, '4.00', '4.50'],
    toll_free: ['9 120', 'voice', '15.00', '25.00'],
    national: ['10 50', F, '3.00', '4.50'],
  }),
  country('MY', 'Malaysia', '60', {
    local: ['9 32 Kuala Lumpur|Kuala Lumpur', V, '4.00', '4.00'],
    toll_free: ['10 1800', 'voice', '15.00', '25.00'],
  }),
  country('TH', 'Thailand', '66', {
    local: ['8 2 Bangkok|Bangkok', V, '6.00', '12.00'],
    toll_free: ['10 1800', 'voice', '15.00', '30.00'],
  }),
  country('PH', 'Philippines', '63', { local: ['9 28 Manila|Metro Manila', V, '8.00', '15.00'] }),
];

/** The country of an ISO 3166-1 alpha-2 code (any case), if the inventory has it. */
export function countryOf(iso: string): Country | undefined {
  return COUNTRIES.find((entry) => entry.iso === iso.toUpperCase());
}
