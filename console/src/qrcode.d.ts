/** The part of the package that is used here; it ships without types. */
declare module 'qrcode' {
  interface SvgOptions {
    type: 'svg';
    margin?: number;
    errorCorrectionLevel?: 'L' | 'M' | 'Q' | 'H';
  }
  const qrcode: { toString(text: string, options: SvgOptions): Promise<string> };
  export default qrcode;
}
