// No barriers from the first ring to a consultation.

import { testBarriers } from '../support/barriers.mjs';
import { IN_CALLS } from '../support/screens.mjs';

testBarriers(IN_CALLS);
