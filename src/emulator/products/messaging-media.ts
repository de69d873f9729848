// Here: what the emulator gives for a media file: the smallest that is of its type. It keeps no media, only that there is some.

const smallest: Readonly<Record<string, string>> = {
  'image/gif': 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
  'image/png':
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'image/jpeg':
    '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'audio/mpeg': btoa('ID3\x03\0\0\0\0\0\0'),
  'audio/ogg': btoa('OggS'),
  'video/mp4': btoa('\0\0\0\x14ftypisom\0\0\x02\0isom'),
  'application/pdf': btoa('%PDF-1.4\n%%EOF\n'),
  'text/vcard': btoa('BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nEND:VCARD\n'),
};

export function contentOf(contentType: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(smallest[contentType] ?? ''), (character) => character.charCodeAt(0));
}
