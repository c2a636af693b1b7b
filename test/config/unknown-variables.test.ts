import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { unknownVariables } from '../../src/config/unknown-variables.ts';

/** Names that are not ours, and what was probably meant. */
const MISSPELT = {
  DATABSE_URL: 'DATABASE_URL',
  DATABASE_URI: 'DATABASE_URL',
  DATABASE_ULR: 'DATABASE_URL',
  DATABASEURL: 'DATABASE_URL',
  database_url: 'DATABASE_URL',
  SEGMENTS_DATABASE_URL: 'DATABASE_URL',
  SEGMENTS_GATEWAY_API_TOKEN: 'API_TOKEN',
  DATABASE_URL_FIEL: 'DATABASE_URL_FILE',
  DATABASE_POOL: 'DATABASE_POOL_SIZE',
  API_TOEKN: 'API_TOKEN',
  API_TOKENS: 'API_TOKEN',
  API_TOKEN_FIL: 'API_TOKEN_FILE',
  JWT_AUDIANCE: 'JWT_AUDIENCE',
  JWT_AUD: 'JWT_AUDIENCE',
  JWT_ISS: 'JWT_ISSUER',
  JWT_JWK_URL: 'JWT_JWKS_URL',
  JWT_JWKS_URI: 'JWT_JWKS_URL',
  RATE_LIMITS: 'RATE_LIMIT',
  RATELIMIT: 'RATE_LIMIT',
  MAX_SEGMENTS: 'MAX_SEGMENTS_PER_ACCOUNT',
  CORS_ORIGIN: 'CORS_ORIGINS',
  GRAPHQL: 'GRAPHIQL',
  INTROSPECTON: 'INTROSPECTION',
  EVENT_RETENTION: 'EVENT_RETENTION_DAYS',
  LOGLEVEL: 'LOG_LEVEL',
};

/** Names of other programs, of shells, npm, Node.js, Postgres, CI and Kubernetes. */
const FOREIGN = `
  PATH HOME HOSTNAME HOSTTYPE USER SHELL TERM LANG LC_ALL PWD LOGNAME TZ EDITOR LS_COLORS SSH_AUTH_SOCK XDG_DATA_DIRS
  NODE_ENV NODE_OPTIONS NODE_EXTRA_CA_CERTS NO_COLOR FORCE_COLOR UV_THREADPOOL_SIZE
  npm_config_cache npm_lifecycle_event npm_package_version npm_execpath INIT_CWD NPM_TOKEN NPM_CONFIG_LOGLEVEL
  PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE PGOPTIONS PGDATA POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB
  DATABASE DATABASE_HOST DATABASE_PORT DATABASE_NAME DATABASE_USER DATABASE_USERNAME DATABASE_PASSWORD DATABASE_SCHEMA
  DATABASE_SSL DATABASE_DSN DATABASE_TYPE DB_URL DB_HOST REDIS_URL MYSQL_DATABASE
  PORT_HTTP PORTS HTTP_PORT METRICS_PORT HOSTS HOST_IP DATA DATA_PATH DATA_DB
  JWT_SECRET JWT_ALGORITHM JWT_EXPIRES_IN JWT_PUBLIC_KEY JWT_KEY JWT_TTL
  LOG_FILE LOG_DIR LOG_PATH LOG_COLOR LOG_LABEL LOG_STYLE
  GRAPHQL_ENDPOINT GRAPHQL_PORT GRAPHQL_PATH GRAPHQL_URL GRAPHQL_DEBUG HASURA_GRAPHQL_DATABASE_URL
  OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SERVICE_NAME OTEL_LOG_LEVEL OTEL_TRACES_SAMPLER
  AWS_TOKEN CI_TOKEN GH_TOKEN GITHUB_TOKEN AUTH_TOKEN ACCESS_TOKEN API_KEY API_URL API_BASE_URL API_PORT
  RATE_WINDOW RATE_MAX MAX_OLD_SPACE MAX_WORKERS EVENT_BUS EVENTS_URL ROUTER_URL ROUTER_PORT CORS_ENABLED
  KUBERNETES_SERVICE_HOST KUBERNETES_PORT_443_TCP SEGMENTS_URL SEGMENTS_TOKEN SEGMENTS_PORT SEGMENTS_HOST
  SEGMENTS_SERVICE_HOST SEGMENTS_SERVICE_PORT SEGMENTS_PORT_4000_TCP SEGMENTS_PORT_4000_TCP_ADDR GATEWAY_PORT_4000_TCP
`.match(/\S+/g);

describe('A variable of the environment', () => {
  it.each(Object.entries(MISSPELT))('%s is taken for a misspelt %s', (name, nearest) => {
    expect(unknownVariables({ [name]: 'x' })).toEqual([{ name, nearest }]);
  });

  it.each(FOREIGN ?? [])('%s is left alone', (name) => {
    expect(unknownVariables({ [name]: 'x' })).toEqual([]);
  });

  it('is left alone if it is one of the gateway', () => {
    const known = [
      'PORT',
      'DATABASE_URL',
      'DATABASE_URL_FILE',
      'API_TOKEN_FILE',
      'RATE_LIMIT',
      'RATE_LIMIT_STORE',
    ];
    expect(unknownVariables(Object.fromEntries(known.map((name) => [name, 'x'])))).toEqual([]);
  });

  it('is named with the errors that it may have caused, without its value', () => {
    const environment = { JWT_JWKS_URL: 'https://a/b', JWT_ISSUER: 'a', JWT_AUDIANCE: 'hidden' };
    expect(() => readConfig(environment)).toThrow(
      /^JWT_AUDIENCE must be .*\nJWT_AUDIANCE is not a variable of the gateway\. Did you mean JWT_AUDIENCE\?$/,
    );
    expect(() => readConfig(environment)).not.toThrow('hidden');
  });
});
