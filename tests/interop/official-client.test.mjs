// Microsoft's client against the embedded hub: it has to behave as Microsoft's server does.

import { startHub } from '../support/servers.mjs';
import { describeRteHub, PORTAL } from './rte-contract.mjs';

describeRteHub('the embedded hub', () =>
  startHub({ agents: 6, queues: 3, callbacks: 8, seed: 7, 'allow-origin': PORTAL }),
);
