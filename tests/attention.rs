//! Attention: a ring begins where it should, and ends whatever ends it.

mod session_rig;

use proptest::prelude::*;
use session_rig::{Desk, site_with};
use switchhook::connection::Millis;
use switchhook::domain::ids::{CallKey, Key};
use switchhook::preferences::{Signal, Signals};
use switchhook::session::attention::{Attention, LONGEST_RING};
use switchhook::session::state::{Attending, Link, Tab};
use switchhook::session::{Input, WireInput};

const LONGEST: i64 = LONGEST_RING.as_millis() as i64;

// ---- the machine -----------------------------------------------------------------------------------------

/// Something that happens to the machine.
#[derive(Debug, Clone)]
enum Happening {
    Rings(u32),
    Stops(u32),
    Uncertain(u32, bool),
    Tab(Tab),
    Frozen(bool),
    Doubt(bool),
    Wishes(Signal, bool),
    Passes(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (0..4_u32).prop_map(Happening::Rings),
        3 => (0..4_u32).prop_map(Happening::Stops),
        1 => (0..4_u32, any::<bool>()).prop_map(|(call, is)| Happening::Uncertain(call, is)),
        3 => proptest::sample::select(vec![Tab::Leading, Tab::Leading, Tab::Following, Tab::Undecided])
            .prop_map(Happening::Tab),
        1 => any::<bool>().prop_map(Happening::Frozen),
        1 => any::<bool>().prop_map(Happening::Doubt),
        1 => (proptest::sample::select(&Signal::ALL[..]), any::<bool>())
            .prop_map(|(signal, on)| Happening::Wishes(signal, on)),
        2 => (0..LONGEST / 2).prop_map(Happening::Passes),
        1 => Just(Happening::Passes(LONGEST)),
    ]
}

/// What the machine should know, kept in the simplest way.
#[derive(Default)]
struct Known {
    attention: Attention,
    time: i64,
    ringing: Vec<CallKey>,
    since: [i64; 4],
    uncertain: [bool; 4],
}

impl Known {
    /// Lets it happen and settles; answers whether the machine says that something changed.
    fn happen(&mut self, happening: &Happening) -> bool {
        match happening {
            Happening::Rings(call) => {
                let key = CallKey::from_index(*call);
                if !self.ringing.contains(&key) {
                    self.ringing.push(key);
                    self.since[*call as usize] = self.time;
                }
            }
            Happening::Stops(call) => {
                let key = CallKey::from_index(*call);
                self.ringing.retain(|ringing| *ringing != key);
                self.attention.stop(key);
            }
            Happening::Uncertain(call, is) => self.uncertain[*call as usize] = *is,
            Happening::Tab(tab) => self.attention.tab = *tab,
            Happening::Frozen(is) => self.attention.frozen = *is,
            Happening::Doubt(is) => self.attention.in_doubt = *is,
            Happening::Wishes(signal, on) => self.attention.signals.set(*signal, *on),
            Happening::Passes(time) => self.time += time,
        }
        let uncertain = self.uncertain;
        let is_certain = |call: CallKey| !uncertain[call.index() as usize];
        self.attention
            .settle(&self.ringing, is_certain, Millis::new(self.time))
    }

    fn may_ring(&self, call: CallKey) -> bool {
        let index = call.index() as usize;
        self.attention.tab == Tab::Leading
            && !self.attention.frozen
            && !self.attention.in_doubt
            && self.ringing.contains(&call)
            && !self.uncertain[index]
            && self.time - self.since[index] < LONGEST
    }
}

proptest! {
    /// Only the leader, never while frozen or in doubt, never for a call that does not ring or has rung long enough;
    /// and whenever a call may ring, one does.
    #[test]
    fn d7_what_rings_may_ring_and_what_may_ring_does(
        happenings in proptest::collection::vec(happening(), 0..80),
    ) {
        let mut known = Known::default();
        for happening in &happenings {
            let before = known.attention.attending();
            let changed = known.happen(happening);
            let attending = known.attention.attending();
            prop_assert_eq!(changed, before != attending, "{:?}", happening);
            prop_assert_eq!(attending.tab, known.attention.tab);
            if let Some(call) = attending.call {
                prop_assert!(known.may_ring(call), "{:?} rings after {:?}", call, happening);
                prop_assert_eq!(attending.signals, known.attention.signals);
                let wake = known.attention.next_wake();
                prop_assert!(wake.is_some_and(|wake| wake > Millis::new(known.time)));
            } else {
                prop_assert!(known.ringing.iter().all(|call| !known.may_ring(*call)), "{:?}", happening);
                prop_assert_eq!(attending.signals, Signals::NONE);
                prop_assert_eq!(known.attention.next_wake(), None);
            }
            for signal in Signal::ALL {
                let wished = known.attention.signals.has(signal);
                prop_assert_eq!(attending.call_for(signal), attending.call.filter(|_| wished));
            }
        }
    }

    /// Whatever happened before: without news a ring ends by itself, and each other end of it is an end at once.
    #[test]
    fn a_ring_always_ends(happenings in proptest::collection::vec(happening(), 0..40), end in 0..5_usize) {
        let mut known = Known::default();
        for happening in &happenings {
            known.happen(happening);
        }
        let ends = match end {
            0 => vec![Happening::Passes(LONGEST)],
            1 => (0..4).map(Happening::Stops).collect(),
            2 => vec![Happening::Frozen(true)],
            3 => vec![Happening::Tab(Tab::Following)],
            _ => vec![Happening::Doubt(true)],
        };
        for end in &ends {
            known.happen(end);
        }
        prop_assert_eq!(known.attention.attending().call, None);
    }
}

#[test]
fn a_call_that_rings_again_may_ring_as_long_as_another_one() {
    let mut known = Known::default();
    known.happen(&Happening::Tab(Tab::Leading));
    known.happen(&Happening::Rings(1));
    known.happen(&Happening::Passes(LONGEST));
    assert_eq!(known.attention.attending().call, None);
    known.happen(&Happening::Stops(1));
    known.happen(&Happening::Rings(1));
    assert_eq!(known.attention.attending().call, Some(CallKey::from_index(1)));
}

// ---- the session -----------------------------------------------------------------------------------------

fn cti_event(name: &str, fields: &str) -> String {
    format!("{{\"type\":1,\"target\":\"CtiEvent\",\"arguments\":[\"{name}\",{fields}]}}\u{1e}")
}

fn call_event(desk: &mut Desk, name: &str, fields: &str) {
    let fields = format!(r#"{{"UniqueObjectID":"call.5000.1"{fields}}}"#);
    desk.receive(&cti_event(name, &fields));
}

/// An agent at work in the only tab, with a hub that keeps sessions where `stateful`.
fn at_work_with(stateful: &str) -> Desk {
    let site = site_with(r#""identify":"browser""#, r#","telephony":"ctios""#);
    let mut desk = Desk::new(site);
    desk.connect_with(stateful);
    desk.complete("Subscribe", "[]");
    desk.complete("Login", "null");
    desk.receive(&cti_event("OnAgentStateChange", r#"{"AgentState":2}"#));
    assert_eq!(desk.link(), Link::Live);
    desk.feed(Input::Tab(Tab::Leading));
    desk
}

fn at_work() -> Desk {
    at_work_with("")
}

fn begin_ringing(desk: &mut Desk) {
    call_event(desk, "OnCallBegin", r#","CallStatus":2,"CallType":1,"ANI":"555""#);
    call_event(desk, "OnCallDelivered", r#","CallStatus":2"#);
}

/// A desk at which a call rings.
fn ringing() -> Desk {
    let mut desk = at_work();
    begin_ringing(&mut desk);
    assert!(rings(&desk), "{:?}", desk.told);
    desk
}

fn rings(desk: &Desk) -> bool {
    desk.attending.call.is_some()
}

#[test]
fn a_ring_ends_with_every_end_of_the_ringing() {
    let ends: [(&str, &str); 4] = [
        ("OnCallEstablished", r#","CallStatus":3"#),
        ("OnCallEnd", ""),
        ("OnCallConnectionCleared", r#","CallStatus":0"#),
        ("OnCallFailed", r#","CallStatus":6"#),
    ];
    for (name, fields) in ends {
        let mut desk = ringing();
        call_event(&mut desk, name, fields);
        assert!(!rings(&desk), "{name}");
        assert_eq!(desk.attending.signals, Signals::NONE, "{name}");
    }
}

#[test]
fn nothing_rings_at_a_desk_that_is_left_lost_or_signed_out() {
    type End = fn(&mut Desk);
    let ends: [(&str, End); 5] = [
        ("sign-out", |desk| desk.feed(Input::Leave)),
        ("loss of the connection", Desk::drop_socket),
        ("freezing", |desk| desk.feed(Input::Frozen)),
        ("a forced sign-out", |desk| {
            let fields = r#"{"AgentState":1,"EventReasonCode":"CTIOS_FORCED_LOGOUT_REASON_CODE"}"#;
            desk.receive(&cti_event("OnPostLogout", fields));
        }),
        ("a sign-in elsewhere", |desk| {
            desk.receive(&cti_event("OnControlFailureConf", r#"{"FailureCode":11}"#));
        }),
    ];
    for (name, end) in ends {
        let mut desk = ringing();
        end(&mut desk);
        assert!(!rings(&desk), "{name}");
    }
}

#[test]
fn d7_only_the_leading_tab_rings_and_another_may_lead_at_any_time() {
    let mut desk = ringing();
    desk.feed(Input::Tab(Tab::Following));
    assert_eq!(
        desk.attending,
        Attending {
            tab: Tab::Following,
            ..Attending::default()
        }
    );
    desk.feed(Input::Tab(Tab::Leading));
    assert!(rings(&desk), "the call still rings");
}

#[test]
fn a_call_that_the_agent_makes_does_not_ring() {
    let mut desk = at_work();
    call_event(&mut desk, "OnCallBegin", r#","CallStatus":2,"CallType":9"#);
    call_event(&mut desk, "OnCallDelivered", r#","CallStatus":2"#);
    assert!(!rings(&desk));
}

#[test]
fn a_call_that_turns_out_to_be_the_agents_own_falls_silent() {
    let mut desk = at_work();
    call_event(&mut desk, "OnCallBegin", r#","CallStatus":2"#);
    assert!(rings(&desk), "nobody has said who calls whom");
    call_event(&mut desk, "OnSnapshotCallConf", r#","CallStatus":2,"CallType":9"#);
    assert!(!rings(&desk));
}

#[test]
fn only_the_signals_wished_for_are_given() {
    let mut desk = ringing();
    let mut signals = Signals::default();
    desk.feed(Input::Signals(signals));
    assert_eq!(desk.attending.signals, signals);
    signals.set(Signal::Sound, false);
    desk.feed(Input::Signals(signals));
    assert_eq!(desk.attending.call_for(Signal::Sound), None);
    assert_eq!(desk.attending.call_for(Signal::Title), desk.attending.call);
}

#[test]
fn a_ring_that_nobody_ends_ends_by_itself() {
    let mut desk = ringing();
    // The server is there all the while, and says nothing of the call.
    for _ in 0..LONGEST / 10_000 {
        assert!(rings(&desk));
        desk.pass(10_000);
        desk.receive("{\"type\":6}\u{1e}");
    }
    assert!(!rings(&desk));
}

#[test]
fn a_caller_who_is_back_at_once_rings_anew() {
    let mut desk = ringing();
    for _ in 0..LONGEST / 10_000 {
        desk.pass(10_000);
        desk.receive("{\"type\":6}\u{1e}");
    }
    assert!(!rings(&desk));
    // Both in one frame: there is no moment between them at which nothing rings.
    let end = cti_event("OnCallEnd", r#"{"UniqueObjectID":"call.5000.1"}"#);
    let begin = cti_event(
        "OnCallBegin",
        r#"{"UniqueObjectID":"call.5000.1","CallStatus":2,"CallType":1}"#,
    );
    desk.receive(&(end + &begin));
    assert!(rings(&desk));
}

#[test]
fn the_session_wakes_when_a_ring_has_lasted_long_enough() {
    let mut desk = ringing();
    desk.pass(LONGEST - 5_000);
    desk.receive("{\"type\":6}\u{1e}");
    let wake = desk.session.next_wake().expect("it wants to be woken");
    assert!(wake <= Millis::new(LONGEST));
}

#[test]
fn after_a_freeze_silence_comes_first_and_the_ring_again_only_once_the_server_has_answered() {
    let mut desk = ringing();
    desk.feed(Input::Frozen);
    assert!(!rings(&desk));
    desk.time += 60_000;
    desk.sent.clear();
    desk.feed(Input::Resumed);
    assert!(!rings(&desk));
    desk.pass(200);
    assert!(!rings(&desk), "no answer yet");
    desk.complete("SnapshotDevice", "null");
    assert!(!rings(&desk), "another tab may lead by now");
    desk.feed(Input::Tab(Tab::Leading));
    assert!(rings(&desk), "the call still rings");
}

#[test]
fn a_call_that_was_answered_while_the_page_was_frozen_never_rings_again() {
    let mut desk = ringing();
    desk.feed(Input::Frozen);
    desk.time += 60_000;
    desk.feed(Input::Resumed);
    desk.feed(Input::Tab(Tab::Leading));
    assert!(!rings(&desk));
    call_event(&mut desk, "OnCallEstablished", r#","CallStatus":3"#);
    assert!(!rings(&desk));
    desk.complete("SnapshotDevice", "null");
    assert!(!rings(&desk));
}

#[test]
fn a_doubt_that_the_server_refuses_to_lift_is_lifted_all_the_same() {
    let mut desk = ringing();
    desk.feed(Input::Resumed);
    assert!(!rings(&desk));
    desk.refuse("SnapshotDevice", "There is no such method.");
    assert!(rings(&desk), "whatever it said before has been heard");
}

#[test]
fn a_session_that_the_hub_kept_is_in_doubt_until_it_has_answered() {
    let mut desk = at_work_with(r#","useStatefulReconnect":true"#);
    begin_ringing(&mut desk);
    assert!(rings(&desk));
    desk.receive("{\"type\":8,\"sequenceId\":9}\u{1e}");
    desk.drop_socket();
    assert!(!rings(&desk));
    desk.pass(1_000);
    desk.answer_token();
    desk.sent.clear();
    desk.reopen_socket();
    desk.receive("{\"type\":9,\"sequenceId\":7}\u{1e}");
    assert!(!rings(&desk), "what happened meanwhile is on its way");
    assert_eq!(
        desk.invocation("ActiveSubscriptions"),
        None,
        "nothing but the calls is asked for"
    );
    desk.complete("SnapshotDevice", "null");
    assert!(rings(&desk));
}

#[test]
fn a_doubt_does_not_outlive_the_session_that_it_was_about() {
    let mut desk = ringing();
    desk.feed(Input::Resumed);
    desk.reconnect();
    assert!(!rings(&desk));
    call_event(&mut desk, "OnSnapshotCallConf", r#","CallStatus":2"#);
    assert!(rings(&desk), "it was told in this session");
}

#[test]
fn in_a_new_session_a_call_rings_again_only_when_it_is_told_again() {
    let mut desk = ringing();
    desk.reconnect();
    desk.complete("AvailableSubscriptions", "[]");
    assert!(!rings(&desk));
    call_event(&mut desk, "OnSnapshotCallConf", r#","CallStatus":2"#);
    assert!(rings(&desk));
}

#[test]
fn a_call_that_is_not_told_again_in_a_new_session_stays_silent() {
    let mut desk = ringing();
    desk.reconnect();
    desk.complete("AvailableSubscriptions", "[]");
    desk.receive(&cti_event(
        "OnSnapshotDeviceConf",
        r#"{"NumCalls":0,"ValidCalls":{}}"#,
    ));
    assert!(!rings(&desk));
    assert!(desk.model.borrow().ringing().is_empty());
}

#[test]
fn the_contest_begins_when_the_desk_works_and_ends_when_it_does_not() {
    let site = site_with(r#""identify":"browser""#, r#","telephony":"ctios""#);
    let mut desk = Desk::new(site);
    desk.connect();
    assert!(desk.contests.is_empty(), "not live yet");
    desk.complete("Subscribe", "[]");
    let contest = desk.contests.pop().flatten().expect("competes");
    assert_eq!(
        (&*contest.name, contest.take_over),
        ("switchhook hub.example 1001", false)
    );
    assert!(desk.contests.is_empty());
    desk.feed(Input::Tab(Tab::Leading));
    desk.drop_socket();
    assert_eq!(
        (desk.contests.len(), desk.attending.tab),
        (0, Tab::Leading),
        "it comes back"
    );
    desk.feed(Input::Leave);
    assert_eq!(
        (desk.contests.as_slice(), desk.attending.tab),
        (&[None][..], Tab::Undecided)
    );
    desk.feed(Input::Tab(Tab::Leading));
    assert_eq!(desk.attending.tab, Tab::Undecided, "too late");
}

#[test]
fn a_desk_that_is_signed_out_or_frozen_leaves_the_lead_to_others() {
    let mut desk = at_work();
    desk.contests.clear();
    desk.feed(Input::Frozen);
    assert_eq!(desk.contests, [None]);
    desk.feed(Input::Resumed);
    assert!(matches!(desk.contests[..], [None, Some(_)]));
    desk.contests.clear();
    desk.receive(&cti_event("OnControlFailureConf", r#"{"FailureCode":11}"#));
    assert_eq!(desk.contests, [None]);
}

#[test]
fn only_a_tab_that_follows_takes_over() {
    let mut desk = at_work();
    desk.contests.clear();
    desk.feed(Input::TakeOver);
    assert!(desk.contests.is_empty());
    desk.feed(Input::Tab(Tab::Following));
    desk.feed(Input::TakeOver);
    assert!(
        desk.contests
            .pop()
            .flatten()
            .is_some_and(|contest| contest.take_over)
    );
    desk.feed(Input::Wire(WireInput::Offline));
    assert!(desk.contests.is_empty());
}
