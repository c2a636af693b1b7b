/** Where the gateway is, and a token for it. The first `npm start` writes one to `.data/token`. */
export const url = process.env.SEGMENTS_URL ?? 'http://127.0.0.1:4000';
export const headers = { authorization: `Bearer ${process.env.SEGMENTS_TOKEN}` };
