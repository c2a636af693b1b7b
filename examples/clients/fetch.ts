import { headers, url } from './connection.ts';
import { fetchWithRetry } from './retry.ts';

interface Answer<Data> {
  data: Data;
  errors?: { message: string; extensions: { code: string } }[];
}

interface Segments {
  segments: {
    nodes: { id: string; name: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

/** Sends an operation. Throws if the answer has `errors`, which a response with the status 200 can have, too. */
async function graphql<Data>(query: string, variables: object): Promise<Data> {
  const response = await fetchWithRetry(`${url}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answer<Data>;
  const [error] = errors ?? [];
  if (error) throw new Error(`${error.extensions.code}: ${error.message}`);
  return data;
}

/** Returns all segments whose name starts with a text, one page after the other. */
export async function segmentsNamed(startsWith: string) {
  const query = `query ($filter: SegmentFilter, $after: String) {
    segments(first: 2, after: $after, filter: $filter, orderBy: { field: NAME, direction: ASC }) {
      nodes { id name }
      pageInfo { hasNextPage endCursor }
    }
  }`;
  const filter = { name: { startsWith } };
  const found = [];
  let page = { hasNextPage: true, endCursor: null as string | null };
  while (page.hasNextPage) {
    const { segments } = await graphql<Segments>(query, { filter, after: page.endCursor });
    found.push(...segments.nodes);
    page = segments.pageInfo;
  }
  return found;
}
