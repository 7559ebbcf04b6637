// Scenarios that begin on a call, with the wire in hand.

import { test } from 'node:test';

import { onDesk } from './browser.mjs';
import { startHub } from './servers.mjs';
import { Wire } from './wire.mjs';

/**
 * A scenario on a call that was just answered. `tell` slips in an event of the call's telephony, `say` one of RTE about
 * the agent's call, `begun` is the call as it began.
 */
export const onCall = (browser, centre, name, scenario, { prepare, ...options } = {}) =>
  test(name, async (t) => {
    const hub = await startHub(centre);
    t.after(hub.stop);
    const wire = new Wire();
    const both = async (page) => {
      await prepare?.(page);
      await wire.prepare(page);
    };
    const inScenario = async (desk) => {
      await desk.startShift();
      const card = await desk.awaitCall();
      await desk.command('answer', card).click();
      await desk.call('connected').waitFor();
      const { begun, user } = whoAndWhat(wire);
      const tell = (event, fields) =>
        wire.slip({
          type: 1,
          target: 'CtiEvent',
          arguments: [event, { UniqueObjectID: begun.UniqueObjectID, ...fields }],
        });
      const say = (eventType, fields) =>
        wire.slip(aboutUser(eventType, user, { callId: begun.ICMEnterpriseUniqueID, ...fields }));
      await scenario(desk, { wire, card, begun, tell, say });
    };
    await onDesk(browser(), hub.url, name, inScenario, { prepare: both, ...options });
  });

function whoAndWhat(wire) {
  const begun = wire.heard.findLast(({ arguments: [event] = [] }) => event === 'OnCallBegin').arguments[1];
  const isAboutCall = ({ arguments: [message] = [] }) =>
    String(message?.data?.callId).toLowerCase() === String(begun.ICMEnterpriseUniqueID).toLowerCase();
  return { begun, user: wire.heard.find(isAboutCall)?.arguments[0].data.entityId };
}

/** What RTE says about a user. */
export const aboutUser = (eventType, user, fields) => ({
  type: 1,
  target: 'MessageReceived',
  arguments: [
    {
      subscription: {},
      data: {
        eventType,
        entityType: 'User',
        entityId: user,
        userId: user,
        id: crypto.randomUUID(),
        messageTTLSeconds: -1,
        timestamp: new Date().toISOString(),
        ...fields,
      },
    },
  ],
});
