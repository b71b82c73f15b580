import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import qrcode from 'qrcode';

/** A QR code, drawn in the browser: what it holds goes nowhere. */
export function QrImage({ text, alt }: { text: string; alt: string }) {
  const { data: svg } = useQuery({
    queryKey: ['qr', text],
    queryFn: () => qrcode.toString(text, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' }),
    gcTime: 0,
  });
  if (!svg) return <Skeleton.Node active className="qr" />;
  return <img className="qr" alt={alt} src={`data:image/svg+xml;utf8,${encodeURIComponent(svg)}`} />;
}
