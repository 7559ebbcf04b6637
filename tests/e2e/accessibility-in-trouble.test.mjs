// No barriers where something was refused, has failed, or is away.

import { testBarriers } from '../support/barriers.mjs';
import { IN_TROUBLE } from '../support/screens.mjs';

testBarriers(IN_TROUBLE);
