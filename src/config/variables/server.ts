import { either, host, logLevel, onOff, origins, wholeNumber } from '../forms.ts';
import { variable } from '../purpose.ts';

/** How callers reach the gateway, and what it logs. */
export const server = {
  PORT: variable(wholeNumber(0, 65_535).default(4000), {
    summary: 'Port to listen on; 0 takes any free port',
    secret: 'none',
  }),
  HOST: variable(host.default('127.0.0.1'), { summary: 'Address to listen on', secret: 'none' }),
  PORT_SHARED: variable(onOff.default(false), {
    summary: 'Whether several gateways on this machine can listen on PORT',
    secret: 'none',
    details:
      'All of them must have it on, and run as the same user. The system distributes new connections among them, so they need no load balancer. See [One large machine](operating/replicas.md#one-large-machine).',
  }),
  ADMIN_PORT: variable(wholeNumber(0, 65_535).optional(), {
    summary: 'Port of /metrics, /live and /ready, for operators',
    secret: 'none',
    details: 'It needs no token, so do not expose it to callers. See [Metrics](metrics.md).',
    unset: 'not served',
  }),
  ADMIN_HOST: variable(host.optional(), {
    summary: 'Address to listen on for ADMIN_PORT',
    secret: 'none',
    unset: 'that of HOST',
  }),
  CORS_ORIGINS: variable(origins.optional(), {
    summary: 'Origins whose pages can call the gateway from a browser',
    secret: 'none',
    details: 'Their pages can send any header, and open WebSockets.',
    unset: 'none',
  }),
  LOG_LEVEL: variable(logLevel.default('info'), {
    summary: 'Lowest level of log lines to write',
    secret: 'none',
  }),
  LOG_FORMAT: variable(either('json', 'pretty').optional(), {
    summary: 'Format of the log',
    secret: 'none',
    details:
      'The log is on standard output. `json` is one JSON object per line, for programs. `pretty` is for people: in colour on a terminal, unless `NO_COLOR` is set. See [the log](../README.md#the-log).',
    unset: 'pretty on a terminal, otherwise json',
  }),
};
