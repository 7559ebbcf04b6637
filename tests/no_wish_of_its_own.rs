//! The desk never asks for a state by itself: whatever happens, without a press of the agent's nothing is sent that
//! would change how the agent is signed in or what calls the agent gets.
//!
//! Random histories of the hub's words, of losses and of time passing go to a session that nobody touches after the
//! sign-in. Signing in at the telephony server is part of the wish to sign in, and of nothing else.

mod session_rig;

use proptest::prelude::*;
use session_rig::{Desk, site_with};
use switchhook::connection::Input as Wire;
use switchhook::domain::command::Command;
use switchhook::session::Input;

/// Everything that a state could be asked for with, and everything that acts on a call.
const QUIET: [&str; 20] = [
    "SetAgentState",
    "Logout",
    "Answer",
    "Clear",
    "ClearConnection",
    "Hold",
    "Retrieve",
    "Alternate",
    "Reconnect",
    "SetCurrentCall",
    "MakeCall",
    "MakeConsultCall",
    "Transfer",
    "Conference",
    "SingleStepTransfer",
    "SingleStepConference",
    "SendDTMF",
    "SetCallData",
    "StartRecord",
    "StopRecord",
];

/// Something that can happen to a desk.
#[derive(Debug, Clone)]
enum Happening {
    /// The telephony server says this.
    Cti(&'static str, String),
    /// Nothing, for so many milliseconds.
    Quiet(i64),
    /// The connection is lost and made again, in a new session of the hub.
    Reconnect,
    /// The browser says that there is a network, or none.
    Online(bool),
    /// The page comes back from sleep.
    Wake,
}

fn happening() -> impl Strategy<Value = Happening> {
    let state = prop_oneof![
        Just("OnAgentStateChange"),
        Just("OnQueryAgentStateConf"),
        Just("OnPreLogout"),
        Just("OnPostLogout")
    ];
    let of_call = prop_oneof![
        Just("OnCallBegin"),
        Just("OnCallDelivered"),
        Just("OnCallEstablished"),
        Just("OnCallHeld"),
        Just("OnCallRetrieved"),
        Just("OnCallFailed"),
        Just("OnCallCleared"),
        Just("OnCallEnd"),
        Just("OnCurrentCallChanged")
    ];
    let of_link = prop_oneof![
        Just("OnConnection"),
        Just("OnConnectionFailure"),
        Just("OnMissingHeartbeat"),
        Just("OnSetAgentModeEvent"),
        Just("OnSetAgentStateConf"),
        Just("OnCurrentAgentReset")
    ];
    let reason = prop_oneof![Just(0), Just(2), Just(32_767), Just(50_002)];
    prop_oneof![
        6 => (state, 0..12, reason, any::<u32>()).prop_map(|(name, state, reason, mask)| Happening::Cti(
            name,
            format!(
                r#"{{"UniqueObjectID":"agent.5000.1001","AgentID":"1001","AgentState":{state},"EventReasonCode":{reason},
                    "EnablementMask":{mask},"NextAgentState":{},"StateChangedBy":"supervisor"}}"#,
                state % 7
            ),
        )),
        6 => (of_call, 0..3, any::<u32>()).prop_map(|(name, call, mask)| Happening::Cti(
            name,
            format!(r#"{{"UniqueObjectID":"call.5000.{call}","CallType":1,"ANI":"555","EnablementMask":{mask}}}"#),
        )),
        3 => (of_link, any::<u32>()).prop_map(|(name, mask)| Happening::Cti(
            name,
            format!(r#"{{"InvokeID":1,"FailureCode":1,"EnablementMask":{mask}}}"#),
        )),
        1 => (any::<u32>(), 0..80).prop_map(|(mask, code)| Happening::Cti(
            "OnControlFailureConf",
            format!(r#"{{"InvokeID":1,"FailureCode":{code},"EnablementMask":{mask}}}"#),
        )),
        1 => (0..240, 0..3, 0..3).prop_map(|(limit, incoming, outgoing)| Happening::Cti(
            "OnAgentDeskSettingsConf",
            format!(
                r#"{{"DeskSettingsMask":65535,"WorkModeTimer":{limit},"WrapupDataIncomingMode":{incoming},
                    "WrapupDataOutgoingMode":{outgoing},"RingNoAnswerTime":5,"LogoutNonActivityTime":1}}"#
            ),
        )),
        3 => (1..600_000i64).prop_map(Happening::Quiet),
        1 => Just(Happening::Reconnect),
        1 => any::<bool>().prop_map(Happening::Online),
        1 => Just(Happening::Wake),
    ]
}

fn at_work() -> Desk {
    let mut desk = Desk::new(site_with(r#""identify":"browser""#, r#","telephony":"ctios""#));
    desk.connect();
    desk.complete("Subscribe", "[]");
    desk.complete("Login", "null");
    let fields = r#"{"AgentID":"1001","AgentState":2,"EnablementMask":4290772991}"#;
    desk.hub_calls("CtiEvent", &format!(r#"["OnAgentStateChange",{fields}]"#));
    desk.sent.clear();
    desk
}

fn happen(desk: &mut Desk, happening: &Happening) {
    match happening {
        Happening::Cti(name, fields) if desk.open.is_some() => {
            desk.hub_calls("CtiEvent", &format!(r#"["{name}",{fields}]"#));
        }
        Happening::Quiet(time) => desk.pass(*time),
        Happening::Reconnect if desk.open.is_some() => desk.drop_socket(),
        Happening::Online(true) => desk.feed(Input::Wire(Wire::Online)),
        Happening::Online(false) => desk.feed(Input::Wire(Wire::Offline)),
        Happening::Wake => desk.feed(Input::Wire(Wire::Wake)),
        Happening::Cti(..) | Happening::Reconnect => {}
    }
    settle(desk);
}

/// The servers answer whatever is asked, so that a lost connection comes back.
fn settle(desk: &mut Desk) {
    for _ in 0..6 {
        if !desk.fetches.is_empty() {
            desk.answer_token();
        } else if !desk.negotiations.is_empty() {
            desk.answer_negotiate();
        } else if !desk.sockets.is_empty() && desk.open.is_none() {
            desk.open_socket();
        } else {
            break;
        }
    }
    if desk.open.is_some() {
        for (method, answer) in [
            ("AvailableSubscriptions", r#"["UserStatus","QueueStatus"]"#),
            ("ActiveSubscriptions", "[]"),
            ("Subscribe", "[]"),
        ] {
            if desk.invocation(method).is_some() {
                desk.complete(method, answer);
            }
        }
        if let Some((_, arguments)) = desk.invocation("Login") {
            let fields = format!(r#"{{"InvokeID":{}}}"#, arguments[0]["InvokeID"]);
            desk.hub_calls("CtiEvent", &format!(r#"["OnSetAgentModeEvent",{fields}]"#));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_asked_for_that_nobody_has_pressed(history in prop::collection::vec(happening(), 1..60)) {
        let mut desk = at_work();
        for happening in &history {
            happen(&mut desk, happening);
        }
        for method in QUIET {
            let sent = desk.invocations(method);
            prop_assert!(sent.is_empty(), "{method} after {history:?}: {sent:?}");
        }
    }

    /// The place at the telephony server is taken up again in a new session with the hub, and never after somebody
    /// else has ended it.
    #[test]
    fn nobody_who_was_signed_out_is_signed_in_again_without_a_press(
        before in prop::collection::vec(happening(), 0..20),
        after in prop::collection::vec(
            happening().prop_filter("says another state", |happening| !matches!(happening, Happening::Cti(..))),
            1..20,
        ),
    ) {
        let mut desk = at_work();
        for happening in &before {
            happen(&mut desk, happening);
        }
        happen(&mut desk, &Happening::Online(true));
        for _ in 0..40 {
            if desk.open.is_some() {
                break;
            }
            happen(&mut desk, &Happening::Quiet(30_000));
        }
        prop_assume!(desk.open.is_some());
        for state in [2, 1] {
            let fields = format!(r#"{{"AgentID":"1001","AgentState":{state},"EnablementMask":16777216}}"#);
            happen(&mut desk, &Happening::Cti("OnAgentStateChange", fields));
        }
        desk.sent.clear();
        for happening in &after {
            happen(&mut desk, happening);
        }
        prop_assert!(desk.invocations("Login").is_empty(), "{before:?} {after:?}");
    }
}

#[test]
fn with_a_press_it_is_asked_for() {
    let mut desk = at_work();
    desk.feed(Input::Command(Command::Ready));
    assert_eq!(desk.invocations("SetAgentState").len(), 1);
}
