interface Enrolment {
  server: string;
  code: string;
  box: string;
}

/** What a technician types beside the box. */
export const commandOf = ({ server, code, box }: Enrolment): string =>
  `npx relais-box enroll --server ${server} --code ${code} --id ${box}`;

/** The same for whoever scans it: an address that names the server, the code and the box. */
export function enrolmentLink({ server, code, box }: Enrolment): string {
  const query = new URLSearchParams({ server, code, id: box });
  return `relais-box://enroll?${query}`;
}
