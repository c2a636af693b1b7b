import { extname } from 'node:path';
import { Option } from 'commander';

/** The media types of the formats of files. */
export const MEDIA_TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;

export type FileFormat = keyof typeof MEDIA_TYPES;

/** The option for the format of a file. */
export const formatOption = (): Option =>
  new Option(
    '--format <format>',
    'default: csv if the name of the file ends with .csv, otherwise ndjson',
  ).choices(Object.keys(MEDIA_TYPES));

/** The name for standard input or output instead of a file. */
export const STANDARD = '-';

/** Returns the format of a file by its name: CSV for `.csv`, otherwise NDJSON. */
export const formatOf = (file: string): FileFormat =>
  extname(file).toLowerCase() === '.csv' ? 'csv' : 'ndjson';
