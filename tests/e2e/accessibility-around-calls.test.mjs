// No barriers before a call, after it and beside it.

import { testBarriers } from '../support/barriers.mjs';
import { AROUND_CALLS } from '../support/screens.mjs';

testBarriers(AROUND_CALLS);
