import { ApiError, baseHeaders } from './client.ts';

/**
 * Sends one file as multipart/form-data and reports progress, which fetch cannot do.
 * @param onProgress called with the share that has left, 0 to 1
 */
export function upload<T>(path: string, file: File, onProgress?: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append('file', file, file.name);
    const request = new XMLHttpRequest();
    request.open('POST', path);
    for (const [name, value] of Object.entries(baseHeaders())) request.setRequestHeader(name, value);
    request.responseType = 'json';
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onerror = () => reject(new ApiError(0, {}));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as T);
      else reject(new ApiError(request.status, request.response ?? {}));
    };
    request.send(form);
  });
}
