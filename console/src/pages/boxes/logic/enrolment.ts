interface Enrolment {
  server: string;
  code: string;
  box: string;
}

/** What a technician types beside the box. The code names the box, so that nobody types its name. */
export const commandOf = ({ server, code }: Pick<Enrolment, 'server' | 'code'>): string =>
  `npx relais-box enroll ${server} ${code}`;

/** The same for whoever scans it: an address that names the server, the code and the box. */
export function enrolmentLink({ server, code, box }: Enrolment): string {
  const query = new URLSearchParams({ server, code, id: box });
  return `relais-box://enroll?${query}`;
}
