// What a portal writes, held to the package's types by the compiler (`tests/e2e/package.test.mjs`). Nothing here runs.

import type { DeskError, SwitchhookDeskElement, Topic } from '../../embed/switchhook-desk';

const desk = document.querySelector('switchhook-desk')!;
const made: SwitchhookDeskElement = document.createElement('switchhook-desk');

desk.tokenProvider = async (reason) => (reason === 'expired' ? 'new' : 'first');
desk.addEventListener('call-ringing', ({ detail }) => detail.number?.trim());
desk.addEventListener('agent-state', ({ detail }) => detail.since);
desk.addEventListener('ready', ({ detail }) => detail.capabilities.join());
desk.addEventListener('screen-pop', (event) => open(event.detail.url));
desk.addEventListener('message', ({ detail }) => {
  if (detail.type === 'resize') return detail.data.minimum.width;
  return detail.type;
});
// Events of every element keep their types.
desk.addEventListener('click', (event) => event);

async function work(): Promise<void> {
  const { phase } = await desk.dial('+358 9 123 4567', { mode: 'place', deadlineMs: 2_000 });
  await desk.callAction('sendTones', { digits: '12#' });
  await desk.setAgentState('notReady', { reason: 3 });
  const { topics }: { topics: Topic[] } = await desk.subscribe(['variables']);
  await made.openView('settings');
  await desk.dispose();
  try {
    await desk.callAction('answer');
  } catch (error) {
    const { code, failureCode } = error as DeskError;
    if (code === 'refused') console.log(failureCode, phase, topics);
  }
}
void work();

// @ts-expect-error: no such action
void desk.callAction('hangUp');
// @ts-expect-error: a state that only happens
void desk.setAgentState('talking');
// @ts-expect-error: a topic that there is not
void desk.subscribe(['transcript']);
// @ts-expect-error: what `ready` tells is not a call's
desk.addEventListener('ready', ({ detail }) => detail.callId);
