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

/** Tokens of a document: what parsing it may cost. */
const MAX_TOKENS = 2_000;
/**
 * Lines of a document. graphql-js counts the lines before each place that an error names, and an operation can have a
 * thousand errors. As many lines as tokens are enough for any layout.
 */
const MAX_LINES = MAX_TOKENS;
const LINE_END = /\r\n|[\n\r]/g;
/** Errors of a document: who sends two hundred wants to learn something else. */
const MAX_ERRORS = 5;

/** Refuses documents that hold too much, before they are validated. What it finds is kept with the document. */
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
      const errors = measured.get(documentAST) ?? beyondLimits(documentAST, LIMITS);
      measured.set(documentAST, errors);
      if (errors.length > 0) setResult(errors);
      return ({ result, setResult: replace }) => {
        if (Array.isArray(result) && result.length > MAX_ERRORS) replace(result.slice(0, MAX_ERRORS));
      };
    },
  };
}

/** How graphql-js begins to say so, before a misprint. */
const TOO_MANY_TOKENS = 'Syntax Error: Document contains more th';

/**
 * Parses a document. Throws TOKEN_LIMIT for one of too many tokens, LINE_LIMIT for one of too many lines, and as graphql-js
 * does for one that cannot be read.
 */
export const parseSome: typeof parse = (source, options) => {
  const { body } = typeof source === 'string' ? { body: source } : source;
  if ((body.match(LINE_END)?.length ?? 0) >= MAX_LINES) {
    throw overLimit('LINE_LIMIT', `A document may have at most ${MAX_LINES.toLocaleString('en')} lines.`);
  }
  try {
    return parse(source, { ...options, maxTokens: MAX_TOKENS });
  } catch (error) {
    if (!(error instanceof GraphQLError) || !error.message.startsWith(TOO_MANY_TOKENS)) throw error;
    throw overLimit('TOKEN_LIMIT', `A document may have ${MAX_TOKENS.toLocaleString('en')} tokens at most.`);
  }
};
