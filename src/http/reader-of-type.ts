import { mediaTypeOf } from './media-type.ts';
import { unsupportedMediaType } from './unsupported-media.ts';

/** Returns the reader for the media type of a body. Throws UNSUPPORTED_MEDIA_TYPE if there is none, or the body is not in UTF-8. */
export function readerOfType<Reader>(
  readers: Readonly<Record<string, Reader>>,
  contentType: string | undefined,
): Reader {
  const { type, isUtf8 } = mediaTypeOf(contentType);
  const reader = isUtf8 && Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!reader) throw unsupportedMediaType(Object.keys(readers));
  return reader;
}
