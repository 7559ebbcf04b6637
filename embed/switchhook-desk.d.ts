// Types of <switchhook-desk> and of the protocol ccd/1 as it shows them. The messages' schemas are in `schemas/`.

/** The topics that a portal can be told of; the last four only to who subscribes and where the site grants them. */
export type Topic =
  | 'connection'
  | 'state'
  | 'calls'
  | 'controls'
  | 'screenPop'
  | 'wrapUp'
  | 'attention'
  | 'size'
  | 'variables'
  | 'callbacks'
  | 'alerts'
  | 'chat';

/** What can be done with a call. */
export type CallAction =
  | 'answer'
  | 'hold'
  | 'retrieve'
  | 'endCall'
  | 'endForAll'
  | 'alternate'
  | 'backToCaller'
  | 'makeCurrent'
  | 'consult'
  | 'completeTransfer'
  | 'blindTransfer'
  | 'completeConference'
  | 'addParty'
  | 'sendTones'
  | 'startRecording'
  | 'stopRecording';

/** The states that can be asked for. */
export type RequestedState = 'ready' | 'notReady' | 'wrapUpReady' | 'wrapUpNotReady' | 'signedOut';

export type Layout = 'auto' | 'bar' | 'compact' | 'full' | 'wall';
export type Theme = 'system' | 'light' | 'dark' | 'high-contrast';
export type View = 'desk' | 'settings' | 'shortcuts' | 'contact' | 'chat';

export type ErrorCode =
  | 'malformed'
  | 'unknownType'
  | 'tooLarge'
  | 'notReady'
  | 'notPermitted'
  | 'notEnabled'
  | 'noSuchCall'
  | 'busy'
  | 'offline'
  | 'refused'
  | 'timeout'
  | 'disposed';

/** Why a promise was rejected. */
export interface DeskError extends Error {
  readonly name: 'DeskError';
  readonly code: ErrorCode;
  /** The telephony server's own code, where it has refused. */
  readonly failureCode?: number;
}

export interface Limit {
  /** How long the desk may take to answer, 500 to 15,000 milliseconds; 5,000 where nothing is said. */
  deadlineMs?: number;
}

/** How far a command had come when it was answered. What follows is told by events. */
export interface Progress {
  phase: 'accepted' | 'done';
}

export interface Size {
  width: number;
  height: number;
}

export interface Ready {
  version: 1;
  build: string;
  /** The commands that the site's configuration allows to portals. */
  capabilities: string[];
  topics: Topic[];
  layout: Layout;
  minimum: Size;
}

export interface Connection {
  state: 'connecting' | 'connected' | 'late' | 'reconnecting' | 'offline' | 'stopped' | 'idle';
  attempt?: number;
  asOf?: string;
}

export interface AgentState {
  /** `ready`, `notReady`, `talking`, … as listed in the schema. */
  state: string;
  reason?: number;
  reasonLabel?: string;
  since?: string;
  next?: string;
}

export interface CallEvent {
  callId: string;
  contactId?: string;
  direction?: 'inbound' | 'outbound';
  number?: string;
  name?: string;
  queue?: string;
  /** When it happened, by the server's clock: ISO 8601 in UTC. */
  at: string;
  /** With the topic `variables` alone. */
  variables?: Record<string, string>;
}

export interface Controls {
  /** Missing for what does not need a call. */
  callId?: string;
  enabled: string[];
}

export interface ScreenPop {
  callId: string;
  name: string;
  url: string;
}

export interface WrapUp {
  phase: 'begun' | 'ended';
  callId?: string;
  endsAt?: string;
}

export interface CallbackChange {
  id: string;
  change: 'added' | 'changed' | 'removed';
}

export interface Alert {
  text: string;
  severity?: string;
}

export interface Attention {
  level: 'none' | 'ringing';
  callId?: string;
}

export interface Resize extends Size {
  minimum: Size;
  /** A menu is open over a bar; the element makes the room by itself. */
  overlay: boolean;
}

/** What each message says, by its type in the protocol. */
export interface DeskMessages {
  ready: Ready;
  tokenRequired: { reason: 'signIn' | 'expired' | 'refused' };
  connection: Connection;
  agentState: AgentState;
  callRinging: CallEvent;
  callStarted: CallEvent;
  callConnected: CallEvent;
  callHeld: CallEvent;
  callRetrieved: CallEvent;
  callTransferred: CallEvent;
  callConferenced: CallEvent;
  callFailed: CallEvent;
  callMissed: CallEvent;
  callEnded: CallEvent;
  controls: Controls;
  screenPop: ScreenPop;
  wrapUp: WrapUp;
  callback: CallbackChange;
  alert: Alert;
  chat: { from: string };
  attention: Attention;
  resize: Resize;
  error: { code: ErrorCode | 'noToken'; message: string };
}

type Kebab<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${Kebab<Rest>}`
    : `-${Lowercase<First>}${Kebab<Rest>}`
  : Text;

/** The element's events: `call-ringing`, `agent-state`, … with the message's data, and `message` with all of them. */
export type DeskEvents = {
  [Type in keyof DeskMessages as Kebab<Type>]: CustomEvent<DeskMessages[Type]>;
} & { message: CustomEvent<{ [Type in keyof DeskMessages]: { type: Type; data: DeskMessages[Type] } }[keyof DeskMessages]> };

/**
 * The desk in a frame. Attributes: `src` (the desk's address), `layout`, `theme`, `lang`; each may change at run time.
 * What is asked before the desk is ready waits for it. Every promise settles, at the latest a second after its deadline.
 */
export interface SwitchhookDeskElement extends HTMLElement {
  /** Gives the desk a token, where its configuration has it from the portal. */
  tokenProvider: ((reason: 'signIn' | 'expired' | 'refused') => string | Promise<string>) | null;
  /** What the desk has told when it was ready; null before. */
  readonly ready: Ready | null;

  /** Writes the number into the desk's field (`prefill`, the default) or calls it (`place`). */
  dial(number: string, options?: Limit & { mode?: 'prefill' | 'place' }): Promise<Progress>;
  /** Does something with a call: the current one where no `callId` is given. */
  callAction(
    action: CallAction,
    options?: Limit & { callId?: string; number?: string; digits?: string },
  ): Promise<Progress>;
  setAgentState(state: RequestedState, options?: Limit & { reason?: number }): Promise<Progress>;
  openView(view: View, options?: Limit): Promise<void>;
  /** The present state of every granted topic. */
  getSnapshot(options?: Limit): Promise<Record<string, unknown>>;
  /** Answers which topics are granted now. They are asked for again when the desk is loaded anew. */
  subscribe(topics: Topic[]): Promise<{ topics: Topic[] }>;
  unsubscribe(topics: Topic[]): Promise<{ topics: Topic[] }>;
  /** Counters and versions; no names, numbers or secrets. */
  exportDiagnostics(options?: Limit): Promise<Record<string, unknown>>;
  /** Hands over a fresh token before the desk asks for one. */
  renewToken(token: string): Promise<void>;
  /** Has the desk close its sockets and give back its lock, and removes the frame. A new `src` starts another one. */
  dispose(): Promise<void>;

  addEventListener<Type extends keyof DeskEvents>(
    type: Type,
    listener: (this: SwitchhookDeskElement, event: DeskEvents[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'switchhook-desk': SwitchhookDeskElement;
  }
}
