/** The mark: two jacks of a switchboard joined by a copper cord. */
export function LogoMark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0d2b28" />
      <rect x=".5" y=".5" width="31" height="31" rx="7.5" fill="none" stroke="#ffffff" strokeOpacity=".14" />
      <path d="M9.5 9.5c0 9 13 4 13 13" fill="none" stroke="#e08a4f" strokeWidth="3" strokeLinecap="round" />
      <circle cx="9.5" cy="9.5" r="3.6" fill="#0d2b28" stroke="#f2f7f5" strokeWidth="2.4" />
      <circle cx="22.5" cy="22.5" r="3.6" fill="#f2f7f5" />
    </svg>
  );
}

/** Mark and name. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <span className="logo">
      <LogoMark size={size} />
      <span className="logo-name">Relais</span>
    </span>
  );
}
