/** A file with mistakes that people and programs make. */
interface BadFile {
  name: string;
  body: string | Buffer;
  /** What the reader says about it: `17: …` of a line, `17 is read`, or `refused: …` of the file from there on. */
  says: string[];
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const HEADER = 'name,criteria,description\n';
const ALLOWED = 'name, criteria, description, and optionally id, created_at, updated_at';
const MALFORMED =
  'must be CSV: a field with a quotation mark must be in quotation marks, each of those in it doubled';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const GZIP = Buffer.from('1f8b0800000000000003', 'hex');
const XLSX = latin1('PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00');
const UTF_16 = Buffer.from('\uFEFFname,criteria,description\n', 'utf16le');

export const BAD_CSV: BadFile[] = [
  { name: 'nothing', body: '', says: [`refused: lines.1: must name the columns: ${ALLOWED}.`] },
  {
    name: 'only empty lines',
    body: '\n\r\n',
    says: [`refused: lines.1: must name the columns: ${ALLOWED}.`],
  },
  { name: 'only a header', body: HEADER, says: [] },
  {
    name: 'no header',
    body: 'High spenders,spend > 1000,\n',
    says: [
      `refused: lines.1: must name the columns: ${ALLOWED}. It begins with "High spenders,spend > 1000,".`,
    ],
  },
  {
    name: 'a column that is missing',
    body: 'name,description\na,b\n',
    says: ['refused: lines.1: must have the column criteria.'],
  },
  {
    name: 'a column that is unknown',
    body: 'name,criteria,descripton\na,b,c\n',
    says: [
      'refused: lines.1: must not have the column "descripton", only id, name, criteria, description, created_at, updated_at; lines.1: must have the column description.',
    ],
  },
  {
    name: 'a column that is repeated',
    body: 'name,criteria,description,name\na,b,c,d\n',
    says: ['refused: lines.1: must have the column name only once.'],
  },
  {
    name: 'columns without a name',
    body: 'name,criteria,description,,\na,b,c,,\n',
    says: [
      'refused: lines.1: must not have the column "", only id, name, criteria, description, created_at, updated_at; lines.1: must not have the column "", only id, name, criteria, description, created_at, updated_at.',
    ],
  },
  {
    name: 'semicolons, as a German Excel writes',
    body: '\uFEFFname;criteria;description\r\na;b;c\r\n',
    says: ['refused: lines.1: must separate the columns by commas, not by semicolons.'],
  },
  {
    name: 'semicolons and quotation marks',
    body: '"name";"criteria";"description"\n"a";"b";"c"\n',
    says: ['refused: lines.1: must separate the columns by commas, not by semicolons.'],
  },
  {
    name: 'tabs',
    body: 'name\tcriteria\tdescription\na\tb\tc\n',
    says: ['refused: lines.1: must separate the columns by commas, not by tabs.'],
  },
  {
    name: 'a header with a quotation mark too many',
    body: 'name,"criteria"",description\na,b,c\n',
    says: ['refused: lines.1: must have a closing quotation mark.'],
  },
  {
    name: 'a header that is malformed',
    body: 'name,"criteria"x,description\na,b,c\n',
    says: [`refused: lines.1: ${MALFORMED}.`],
  },
  {
    name: 'the line ends of an old Macintosh',
    body: 'name,criteria,description\ra,b,c\r',
    says: ['refused: lines.1: must end with LF or CRLF, not with CR alone.'],
  },
  {
    name: 'too few fields',
    body: `${HEADER}a,b\nc,d,e`,
    says: ['2: must have 3 fields like the header, not 2', '3 is read'],
  },
  {
    name: 'a comma too many',
    body: `${HEADER}a,b, or c,d\ne,f,g\n`,
    says: ['2: must have 3 fields like the header, not 4', '3 is read'],
  },
  {
    name: 'a comma at the end of a line',
    body: `${HEADER}a,b,c,\ne,f,g\n`,
    says: ['2: must have 3 fields like the header, not 4', '3 is read'],
  },
  { name: 'inches', body: `${HEADER}5" disks,b,c\nd,e,f\n`, says: [`2: ${MALFORMED}`, '3 is read'] },
  {
    name: 'quotation marks that are not doubled',
    body: `${HEADER}a,"says "hello" often",c\nd,e,f\n`,
    says: [`2: ${MALFORMED}`, '3 is read'],
  },
  {
    name: 'a space before a quotation mark',
    body: `${HEADER}a, "b, c",d\ne,f,g\n`,
    says: [`2: ${MALFORMED}`, '3 is read'],
  },
  {
    name: 'a quotation mark that is not closed',
    body: `${HEADER}a,b,c\nd,"e,f\ng,h,i\n`,
    says: ['2 is read', '3: must have a closing quotation mark'],
  },
  {
    name: 'a quotation mark that the next line closes',
    body: `${HEADER}a,"b,c\nd,"e",f\ng,h,i\n`,
    says: [`2: ${MALFORMED}`, '4 is read'],
  },
  {
    name: 'Latin-1',
    body: latin1(`${HEADER}M\xfcller,b,c\nd,e,f\n`),
    says: ['2: must be UTF-8', '3 is read'],
  },
  {
    name: 'Latin-1 in the header',
    body: latin1('name,criteria,description,gr\xf6\xdfe\n'),
    says: ['refused: lines.1: must be UTF-8.'],
  },
  { name: 'UTF-16', body: UTF_16, says: ['refused: lines.1: must be text in UTF-8, not UTF-16.'] },
  {
    name: 'UTF-16 without a byte order mark',
    body: UTF_16.subarray(2),
    says: [
      `refused: lines.1: must name the columns: ${ALLOWED}. It begins with "${[...'name,criteria,description']
        .map((c) => `${c}\0`)
        .join('')
        .slice(0, 40)}…".`,
    ],
  },
  {
    name: 'half of a character',
    body: Buffer.concat([Buffer.from(`${HEADER}a,b,🎈`).subarray(0, -2), Buffer.from('\nc,d,e')]),
    says: ['2: must be UTF-8', '3 is read'],
  },
  {
    name: 'an Excel workbook',
    body: XLSX,
    says: [
      'refused: lines.1: must be text in UTF-8, not a ZIP archive. If it is an Excel workbook, save it as "CSV UTF-8".',
    ],
  },
  {
    name: 'a file that is compressed',
    body: GZIP,
    says: ['refused: lines.1: must be text in UTF-8, not compressed with gzip.'],
  },
  { name: 'an image', body: PNG, says: ['refused: lines.1: must be UTF-8.'] },
  {
    name: 'a line of 200 KB',
    body: `${HEADER}a,b,c\nd,e,${'x'.repeat(200_000)}\nf,g,h\n`,
    says: ['2 is read', 'refused: lines.3: must have at most 131,072 bytes.'],
  },
  {
    name: 'a quotation mark that is open for 200 KB',
    body: `${HEADER}a,b,c\nd,e,"${'x,y,z\n'.repeat(33_000)}`,
    says: ['2 is read', 'refused: lines.3: must have a closing quotation mark.'],
  },
  { name: 'NUL', body: `${HEADER}a\0,b,c\n`, says: ['2 is read'] },
  {
    name: 'NDJSON',
    body: '{"name":"a","criteria":"b","description":"c"}\n',
    says: [`refused: lines.1: ${MALFORMED}.`],
  },
];

const notJson = (why: string) => `must be a JSON object on one line${why}`;
const LINE = '{"name":"a","criteria":"b","description":"c"}';

export const BAD_NDJSON: BadFile[] = [
  { name: 'nothing', body: '', says: [] },
  { name: 'only empty lines', body: '\n\r\n\n', says: [] },
  { name: 'empty lines between', body: `\n${LINE}\n\n${LINE}`, says: ['2 is read', '4 is read'] },
  {
    name: 'a blank line',
    body: ` \n${LINE}`,
    says: [`1: ${notJson(': Unexpected end of JSON input')}`, '2 is read'],
  },
  {
    name: 'one list',
    body: `[${LINE}]`,
    says: [`1: ${notJson(', not a list')}`],
  },
  {
    name: 'a list over many lines',
    body: `[\n${LINE},\n${LINE}\n]\n`,
    says: [
      `1: ${notJson(': Unexpected end of JSON input')}`,
      `2: ${notJson(': Unexpected non-whitespace character after JSON at position 45')}`,
      '3 is read',
      `4: ${notJson(`: Unexpected token ']', "]" is not valid JSON`)}`,
    ],
  },
  {
    name: 'a text, a number and null',
    body: '"a"\n1\nnull',
    says: [`1: ${notJson(', not "a"')}`, `2: ${notJson(', not 1')}`, `3: ${notJson(', not null')}`],
  },
  {
    name: 'a comma at the end of an object',
    body: `{"name":"a",}\n${LINE}`,
    says: [`1: ${notJson(': Expected double-quoted property name in JSON at position 12')}`, '2 is read'],
  },
  {
    name: 'single quotation marks',
    body: `{'name':'a'}\n${LINE}`,
    says: [`1: ${notJson(": Expected property name or '}' in JSON at position 1")}`, '2 is read'],
  },
  {
    name: 'two objects on a line',
    body: `${LINE}${LINE}`,
    says: [`1: ${notJson(': Unexpected non-whitespace character after JSON at position 45')}`],
  },
  {
    name: 'a line that is cut off',
    body: `${LINE}\n{"name":"a","crit`,
    says: ['1 is read', `2: ${notJson(': Unterminated string in JSON at position 17')}`],
  },
  {
    name: 'a line break in a text',
    body: '{"name":"a\nb"}',
    says: [
      `1: ${notJson(': Unterminated string in JSON at position 10')}`,
      `2: ${notJson(`: Unexpected token 'b', "b"}" is not valid JSON`)}`,
    ],
  },
  {
    name: 'a name twice',
    body: `{"name":"a","name":"b"}\n${LINE}`,
    says: ['1: name must not be given more than once', '2 is read'],
  },
  {
    name: 'a name twice, once escaped',
    body: '{"name":"a","n\\u0061me":"b"}',
    says: ['1: name must not be given more than once'],
  },
  { name: 'numbers instead of texts', body: '{"name":1,"criteria":2,"description":3}', says: ['1 is read'] },
  { name: 'unknown names', body: '{"nmae":"a","__proto__":{"name":"b"}}', says: ['1 is read'] },
  {
    name: 'deep nesting',
    body: `{"name":${'['.repeat(60_000)}${']'.repeat(60_000)}}\n${LINE}`,
    says: ['1 is read', '2 is read'],
  },
  {
    name: 'nesting that is not closed',
    body: `${'['.repeat(120_000)}\n${LINE}`,
    says: [`1: ${notJson(': Unexpected end of JSON input')}`, '2 is read'],
  },
  { name: 'Latin-1', body: latin1(`{"name":"M\xfcller"}\n${LINE}`), says: ['1: must be UTF-8', '2 is read'] },
  { name: 'UTF-16', body: UTF_16, says: ['refused: lines.1: must be text in UTF-8, not UTF-16.'] },
  {
    name: 'UTF-16 with the other byte order',
    body: Buffer.from(UTF_16).swap16(),
    says: ['refused: lines.1: must be text in UTF-8, not UTF-16.'],
  },
  {
    name: 'NUL',
    body: `\0\n${LINE}`,
    says: [`1: ${notJson(`: Unexpected token '\0', "\0" is not valid JSON`)}`, '2 is read'],
  },
  {
    name: 'a file that is compressed',
    body: GZIP,
    says: ['refused: lines.1: must be text in UTF-8, not compressed with gzip.'],
  },
  {
    name: 'an image',
    body: PNG,
    says: [
      '1: must be UTF-8',
      `2: ${notJson(`: Unexpected token '\u001a', "\u001a" is not valid JSON`)}`,
      `3: ${notJson(`: Unexpected token '\0', "\0\0\0\rIHDR" is not valid JSON`)}`,
    ],
  },
  {
    name: 'a line of 200 KB',
    body: `${LINE}\n{"name":"${'x'.repeat(200_000)}"}\n${LINE}`,
    says: ['1 is read', 'refused: lines.2: must have at most 131,072 bytes.'],
  },
  {
    name: 'CSV',
    body: `${HEADER}a,b,c\n`,
    says: [
      `1: ${notJson(`: Unexpected token 'a', "name,criter"... is not valid JSON`)}`,
      `2: ${notJson(`: Unexpected token 'a', "a,b,c" is not valid JSON`)}`,
    ],
  },
];
