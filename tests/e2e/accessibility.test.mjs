// No barriers where there is no call: sign-in, the desk at rest, what opens from its bar.

import { testBarriers } from '../support/barriers.mjs';
import { WITHOUT_CALLS } from '../support/screens.mjs';

testBarriers(WITHOUT_CALLS);
