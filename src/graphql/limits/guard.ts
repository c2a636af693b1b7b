import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  type ValidationRule,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { beyondLimits, LIMITS, overLimit } from './document-limits.ts';
import { conditionalSubscriptions } from './subscription-root.ts';

/** Max tokens of a document, which limit the time for parsing it. */
const MAX_TOKENS = 2_000;
/**
 * Max lines of a document. For each location in an error, graphql-js counts the lines before it, and an operation can have a
 * thousand errors. As many lines as tokens are enough for any layout.
 */
const MAX_LINES = MAX_TOKENS;
const LINE_END = /\r\n|[\n\r]/g;
/** Max errors that are reported for a document. */
const MAX_ERRORS = 5;

/** Refuses documents that exceed the limits before they are validated. Caches the result for each document. */
export function useGuard(): Plugin {
  const measured = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  return {
    onParse({ setParseFn }) {
      setParseFn(parseSome);
    },
    onValidate({ params: { documentAST }, setResult, setValidationFn }) {
      setValidationFn((schema: GraphQLSchema, document: DocumentNode, rules?: readonly ValidationRule[]) =>
        validate(schema, document, rules, { maxErrors: MAX_ERRORS }),
      );
      const errors = measured.get(documentAST) ?? [
        ...beyondLimits(documentAST, LIMITS),
        ...conditionalSubscriptions(documentAST),
      ];
      measured.set(documentAST, errors);
      if (errors.length > 0) setResult(errors);
      return ({ result, setResult: replace }) => {
        if (Array.isArray(result) && result.length > MAX_ERRORS) replace(result.slice(0, MAX_ERRORS));
      };
    },
  };
}

/** The beginning of graphql-js' message. The next word has a misprint there, which may be corrected some day. */
const TOO_MANY_TOKENS = 'Syntax Error: Document contains more th';

/**
 * Parses a document. Throws TOKEN_LIMIT if it has too many tokens, LINE_LIMIT if it has too many lines, and the error of
 * graphql-js if it is malformed.
 */
export const parseSome: typeof parse = (source, options) => {
  const { body } = typeof source === 'string' ? { body: source } : source;
  if ((body.match(LINE_END)?.length ?? 0) >= MAX_LINES) {
    throw overLimit('LINE_LIMIT', `A document can have at most ${MAX_LINES.toLocaleString('en')} lines.`);
  }
  try {
    return parse(source, { ...options, maxTokens: MAX_TOKENS });
  } catch (error) {
    if (!(error instanceof GraphQLError) || !error.message.startsWith(TOO_MANY_TOKENS)) throw error;
    throw overLimit('TOKEN_LIMIT', `A document can have at most ${MAX_TOKENS.toLocaleString('en')} tokens.`);
  }
};
