/** What a country calls a company's registration number and certificate, and what the number looks like. */
export interface Registration {
  numberName: string;
  certificate: string;
  example: string;
  minLength: number;
  maxLength: number;
  characters: string;
  regex: string;
}

function registration(
  numberName: string,
  certificate: string,
  example: string,
  lengths: [number, number],
  characters: string,
  regex: string,
): Registration {
  return {
    numberName,
    certificate,
    example,
    minLength: lengths[0],
    maxLength: lengths[1],
    characters,
    regex,
  };
}

/** By ISO country; `default` for the others. */
export const REGISTRATIONS: Record<string, Registration> = {
  default: registration(
    'Company registration number',
    'Certificate of incorporation',
    'RC-2019-4471',
    [4, 30],
    'A-Za-z0-9/.-',
    '^[A-Za-z0-9/.-]+$',
  ),
  FR: registration('SIREN or SIRET number', 'Extrait Kbis', '552100554', [9, 14], '0-9', '^\\d{9}(\\d{5})?$'),
  DE: registration(
    'Commercial register number',
    'Handelsregisterauszug',
    'HRB12345',
    [4, 12],
    'A-Z0-9',
    '^HR[AB]\\d{1,8}$',
  ),
  ES: registration(
    'NIF',
    'Certificado del Registro Mercantil',
    'B83452136',
    [9, 9],
    'A-Z0-9',
    '^[A-Z]\\d{7}[A-Z0-9]$',
  ),
  IT: registration('Partita IVA', 'Visura camerale', '12345670785', [11, 11], '0-9', '^\\d{11}$'),
  CH: registration(
    'UID',
    'Handelsregisterauszug',
    'CHE-123.456.788',
    [12, 15],
    'CHE0-9.-',
    '^CHE-?\\d{3}\\.?\\d{3}\\.?\\d{3}$',
  ),
  CM: registration('NIU', 'Attestation RCCM', 'M012345678901A', [14, 14], 'A-Z0-9', '^[MP]\\d{12}[A-Z]$'),
  BE: registration('Enterprise number', 'Extrait de la BCE', '0403170701', [10, 10], '0-9', '^[01]\\d{9}$'),
  NL: registration('KVK number', 'Uittreksel KVK', '33031431', [8, 8], '0-9', '^\\d{8}$'),
  PT: registration('NIPC', 'Certidão permanente', '500697256', [9, 9], '0-9', '^[5-9]\\d{8}$'),
  SE: registration('Organisation number', 'Registreringsbevis', '5560360793', [10, 10], '0-9', '^\\d{10}$'),
  NO: registration('Organisation number', 'Firmaattest', '923609016', [9, 9], '0-9', '^[89]\\d{8}$'),
  DK: registration('CVR number', 'CVR-udskrift', '24256790', [8, 8], '0-9', '^\\d{8}$'),
  PL: registration('KRS or NIP', 'Odpis KRS', '0000028860', [10, 10], '0-9', '^\\d{10}$'),
  ZA: registration(
    'CIPC number',
    'CIPC certificate',
    '2015/123456/07',
    [10, 14],
    '0-9/',
    '^\\d{4}/?\\d{6}/?\\d{2}$',
  ),
};
