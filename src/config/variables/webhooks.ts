import { onOff, ports } from '../forms.ts';
import { variable } from '../purpose.ts';

/** Where webhooks are sent, and by whom. */
export const webhooks = {
  DELIVERIES: variable(onOff.default(true), {
    summary: 'Whether this gateway delivers webhooks',
    secret: 'none',
    details:
      'With `off`, others do it: gateways, or processes that run `segments deliver`. All of them share the work. See [Webhooks](webhooks.md).',
  }),
  WEBHOOK_PORTS: variable(ports.default([443, 8_443]), {
    summary: 'Ports that the URL of a webhook endpoint can have',
    secret: 'none',
  }),
  WEBHOOK_ALLOW_PRIVATE: variable(onOff.default(false), {
    summary: 'Whether webhooks can be sent to any address and port',
    secret: 'none',
    details:
      'For development only: also allows http:// and any port. In production, callers could reach your internal network.',
  }),
};
