//! CTI OS: what is handed over and who is brought in without asking, and which call is the current one.

mod floor;

use floor::{ANNA, BEN, Floor, SUPERVISOR, Told, lively, quiet};
use serde_json::{Value, json};
use switchhook_hub::centre::{AgentId, AgentState, Centre, LegState, Settings};
use switchhook_hub::tell::ctios;

const SINGLE_STEP_TRANSFER: u32 = 0x80;
const SINGLE_STEP_CONFERENCE: u32 = 0x400;

fn to(call: &str, number: &str) -> Value {
    json!({ "UniqueObjectID": call, "DialedNumber": number })
}

fn about(call: &str) -> Value {
    json!({ "UniqueObjectID": call })
}

fn state(floor: &Floor, agent: AgentId) -> AgentState {
    floor.centre.agent(agent).expect("an agent").status.state
}

fn names(told: &[Told], call: &str) -> Vec<&'static str> {
    let of_call = told
        .iter()
        .filter(|told| told.fields["UniqueObjectID"] == call && told.name != "OnButtonEnablementChange");
    of_call.map(|told| told.name).collect()
}

fn rings(agent: AgentId) -> impl Fn(&Centre) -> bool {
    move |centre| {
        centre
            .calls_of(agent)
            .any(|(_, leg)| leg.state == LegState::Alerting)
    }
}

fn is_free(agent: AgentId) -> impl Fn(&Centre) -> bool {
    move |centre| centre.agent(agent).is_some_and(|found| found.calls.is_empty())
}

#[test]
fn r61_a_single_step_transfer_ends_the_call_here_and_rings_there() {
    let mut floor = Floor::with(lively(), &[ANNA, BEN]);
    let call = floor.serve(ANNA);
    floor.forget();
    floor.done(ANNA, "SingleStepTransfer", to(&call, "4002"));
    assert_eq!(floor.only(ANNA, "OnTransferCallConf")["UniqueObjectID"], *call);
    let told = floor.take(ANNA);
    assert_eq!(
        names(&told, &call),
        [
            "OnTransferCallConf",
            "OnCallTransferred",
            "OnCallConnectionCleared"
        ]
    );
    floor.wait_until("the caller at Ben's", rings(BEN));
    assert!(floor.centre.agent(ANNA).expect("Anna").calls.is_empty());
    let begun = floor.only(BEN, "OnCallBegin");
    let taken = floor.call(BEN);
    assert_ne!(taken, call, "a call that has ended never begins again (R51, R54)");
    assert_eq!(begun["UniqueObjectID"], *taken);
    floor.done(BEN, "Answer", about(&taken));
    assert_eq!(state(&floor, BEN), AgentState::Talking);
}

#[test]
fn a_queues_caller_whom_nobody_takes_waits_again_where_it_came_from() {
    let mut floor = Floor::with(lively(), &[ANNA, BEN]);
    let call = floor.serve(ANNA);
    floor.done(ANNA, "SingleStepTransfer", to(&call, "4002"));
    floor.wait_until("the caller at Ben's", rings(BEN));
    floor.wait(21_000);
    assert!(floor.centre.agent(BEN).expect("Ben").calls.is_empty());
    assert_eq!(floor.only(BEN, "OnCallDiverted")["EventCause"], 11);
    let waiting: u32 = floor
        .centre
        .queues()
        .iter()
        .map(|queue| queue.figures(floor.centre.now()).waiting)
        .sum();
    let elsewhere = floor.centre.calls().any(|call| call.facts.queue.is_some());
    assert!(waiting == 1 || elsewhere, "the caller is not lost");
}

#[test]
fn any_other_call_rings_back_at_whoever_handed_it_over() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let call = floor.connect(ANNA, BEN);
    floor.done(ANNA, "SingleStepTransfer", to(&call, "4003"));
    floor.wait_until("a ring at the third desk", rings(SUPERVISOR));
    assert_eq!(names(&floor.take(BEN), &call).last(), Some(&"OnCallTransferred"));
    assert_eq!(
        floor.call_mask(BEN) & 0x5A6,
        0x6,
        "released or held, nothing more, while it rings"
    );
    floor.wait(22_000);
    assert!(is_free(SUPERVISOR)(&floor.centre));
    assert!(rings(ANNA)(&floor.centre), "it is back");
    let back = floor.call(ANNA);
    floor.done(ANNA, "Answer", about(&back));
    assert_eq!(floor.call_mask(BEN) & 0x5A6, 0x5A6);
    floor.done(BEN, "ClearConnection", about(&call));
    assert_eq!(floor.centre.calls().count(), 0);
    // Nobody there to go back to: the call is over.
    let call = floor.connect(ANNA, BEN);
    floor.done(ANNA, "SingleStepTransfer", to(&call, "4003"));
    floor.done(ANNA, "Logout", json!({}));
    floor.wait(25_000);
    assert_eq!(floor.centre.calls().count(), 0);
    assert_eq!(state(&floor, BEN), AgentState::NotReady);
}

#[test]
fn r62_what_is_handed_over_to_the_outside_leaves_the_house() {
    let mut floor = Floor::with(lively(), &[ANNA, BEN]);
    let call = floor.serve(ANNA);
    floor.forget();
    floor.done(ANNA, "SingleStepTransfer", to(&call, "0912345"));
    assert!(names(&floor.take(ANNA), &call).ends_with(&["OnCallTransferred", "OnCallConnectionCleared"]));
    assert_eq!(floor.centre.calls().count(), 0);
    // So does a conference with two of them, when the last desk leaves it.
    let mut floor = Floor::with(lively(), &[ANNA, BEN]);
    let call = floor.serve(ANNA);
    floor.done(ANNA, "SingleStepConference", to(&call, "0912345"));
    floor.wait(5_000);
    assert_eq!(floor.all(ANNA, "OnCallConferenced").len(), 1);
    floor.done(ANNA, "ClearConnection", about(&call));
    assert_eq!(floor.centre.calls().count(), 0);
    // A colleague's call goes on with whoever answers outside.
    for (number, parties) in [("0912345", 2), ("0912300", 0)] {
        let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
        let call = floor.connect(ANNA, BEN);
        floor.done(ANNA, "SingleStepTransfer", to(&call, number));
        floor.done(ANNA, "Logout", json!({}));
        floor.wait(5_000);
        let found = floor.centre.calls().next().map_or(0, |call| {
            usize::from(call.leg(BEN).is_some_and(|leg| leg.state == LegState::Connected)) * call.parties()
        });
        assert_eq!(found, parties, "{number}");
        floor.wait(900_000);
        assert_eq!(floor.centre.calls().count(), 0, "{number}: nothing is left over");
    }
}

#[test]
fn r60_a_single_step_conference_keeps_everybody_in_conversation() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let call = floor.connect(ANNA, BEN);
    floor.forget();
    floor.done(ANNA, "SingleStepConference", to(&call, "4003"));
    assert_eq!(floor.only(ANNA, "OnConferenceCallConf")["UniqueObjectID"], *call);
    floor.wait_until("a ring at the third desk", rings(SUPERVISOR));
    assert_eq!(floor.call_mask(ANNA) & SINGLE_STEP_CONFERENCE, 0, "one at a time");
    assert_eq!(
        floor.send(ANNA, "SingleStepConference", to(&call, "0912345")),
        Err(38)
    );
    floor.done(SUPERVISOR, "Answer", about(&call));
    for agent in [ANNA, BEN, SUPERVISOR] {
        assert_eq!(floor.all(agent, "OnCallConferenced").len(), 1);
        assert_eq!(state(&floor, agent), AgentState::Talking);
        assert_eq!(floor.call_mask(agent) & SINGLE_STEP_TRANSFER, 0);
    }
    // A desk that comes back knows it for a conference, too.
    let snapshot = ctios::snapshot(&floor.centre, BEN);
    let told: Vec<&str> = snapshot.iter().map(|event| event.name).collect();
    let begun = told
        .iter()
        .position(|name| *name == "OnCallBegin")
        .expect("a call");
    assert_eq!(
        told[begun + 1..begun + 3],
        ["OnCallConferenced", "OnCallEstablished"]
    );
    // Somebody outside who does not answer changes nothing; who does is one more.
    floor.forget();
    floor.done(BEN, "SingleStepConference", to(&call, "0912300"));
    floor.wait(2_000);
    assert_eq!(floor.all(BEN, "OnCallConferenced").len(), 0);
    floor.done(BEN, "SingleStepConference", to(&call, "0912345"));
    floor.wait(5_000);
    assert_eq!(floor.all(ANNA, "OnCallConferenced").len(), 1);
    let parties = |floor: &Floor| floor.centre.calls().next().expect("a call").parties();
    assert_eq!(parties(&floor), 4);
    for (agent, left) in [(ANNA, 3), (BEN, 2)] {
        floor.done(agent, "ClearConnection", about(&call));
        assert_eq!(parties(&floor), left);
    }
    floor.done(SUPERVISOR, "ClearConnection", about(&call));
    assert_eq!(floor.centre.calls().count(), 0);
}

#[test]
fn whoever_does_not_answer_an_invitation_leaves_the_conversation_as_it_was() {
    let mut floor = Floor::with(lively(), &[ANNA, BEN]);
    let call = floor.serve(ANNA);
    let before = floor.call_mask(ANNA);
    floor.done(ANNA, "SingleStepConference", to(&call, "4002"));
    floor.wait(1_000);
    assert_ne!(floor.call_mask(ANNA), before);
    floor.wait(21_000);
    assert!(is_free(BEN)(&floor.centre));
    assert_eq!(state(&floor, BEN), AgentState::NotReady);
    let diverted = floor.all(BEN, "OnCallDiverted");
    assert!(diverted.is_empty(), "it has not come from a queue to Ben");
    assert_eq!((floor.call(ANNA), floor.call_mask(ANNA)), (call, before));
}

#[test]
fn single_steps_are_refused_with_the_documented_codes() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let call = floor.connect(ANNA, BEN);
    for method in ["SingleStepTransfer", "SingleStepConference"] {
        for (number, code) in [
            ("no digits", 24),
            ("4001", 38), // the agent's own
            ("4002", 38), // busy
            ("4999", 38), // no such extension
        ] {
            assert_eq!(
                floor.send(ANNA, method, to(&call, number)),
                Err(code),
                "{method} {number}"
            );
        }
        assert_eq!(floor.send(ANNA, method, about(&call)), Err(6));
        assert_eq!(floor.send(ANNA, method, to("call.5000.999", "4003")), Err(13));
        assert_eq!(floor.send(SUPERVISOR, method, to(&call, "4003")), Err(35));
    }
    // Nobody there, and on hold.
    floor.done(SUPERVISOR, "Logout", json!({}));
    assert_eq!(floor.send(ANNA, "SingleStepTransfer", to(&call, "4003")), Err(38));
    floor.done(ANNA, "Hold", about(&call));
    assert_eq!(
        floor.send(ANNA, "SingleStepTransfer", to(&call, "0912345")),
        Err(38)
    );
}

#[test]
fn r45_a_call_has_sixteen_parties_and_no_more() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN]);
    let call = floor.connect(ANNA, BEN);
    let parties = |floor: &Floor| floor.centre.calls().next().expect("a call").parties();
    // Those who have joined first hang up meanwhile.
    while parties(&floor) < 16 {
        let _ = floor.send(ANNA, "SingleStepConference", to(&call, "0912345"));
        floor.wait(500);
    }
    assert_eq!(floor.call_mask(ANNA) & SINGLE_STEP_CONFERENCE, 0);
    assert_eq!(
        floor.send(ANNA, "SingleStepConference", to(&call, "0912345")),
        Err(30)
    );
}

#[test]
fn the_desk_chooses_its_current_call() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    let first = floor.connect(ANNA, BEN);
    assert_eq!(floor.send(SUPERVISOR, "SetCurrentCall", about(&first)), Err(35));
    assert_eq!(
        floor.send(ANNA, "SetCurrentCall", about("call.5000.999")),
        Err(13)
    );
    floor.done(ANNA, "MakeConsultCall", to(&first, "4003"));
    let second = floor.call(ANNA);
    assert_ne!(first, second);
    floor.forget();
    for call in [&first, &first, &second, &first] {
        floor.done(ANNA, "SetCurrentCall", about(call));
        assert_eq!(floor.only(ANNA, "OnCurrentCallChanged")["UniqueObjectID"], **call);
        assert_eq!(floor.call(ANNA), **call);
        floor.forget();
    }
    // A call that comes to life takes its place; the choice is forgotten.
    floor.wait_until("a ring", rings(SUPERVISOR));
    floor.done(SUPERVISOR, "Answer", about(&second));
    assert_eq!(floor.call(ANNA), second);
    floor.done(ANNA, "SetCurrentCall", about(&first));
    floor.done(ANNA, "ClearConnection", about(&second));
    assert_eq!(floor.call(ANNA), first);
    floor.done(ANNA, "Retrieve", about(&first));
    floor.done(ANNA, "ClearConnection", about(&first));
    assert_eq!(floor.centre.agent(ANNA).expect("Anna").current, None);
}

#[test]
fn going_back_to_the_caller_needs_no_answer_of_the_consulted() {
    for number in ["4003", "0912300"] {
        let mut floor = Floor::with(Settings { desks: 3, ..quiet() }, &[ANNA, BEN, SUPERVISOR]);
        let first = floor.connect(ANNA, BEN);
        floor.done(ANNA, "MakeConsultCall", to(&first, number));
        floor.wait(2_000);
        let second = floor.call(ANNA);
        floor.done(ANNA, "Reconnect", about(&second));
        assert_eq!(floor.call(ANNA), first);
        assert_eq!(state(&floor, ANNA), AgentState::Talking);
        assert_eq!(floor.centre.calls().count(), 1, "{number}");
    }
}

#[test]
fn r55_r59_what_cannot_be_reached_in_the_house_fails_and_is_cleared() {
    let mut floor = Floor::with(quiet(), &[ANNA, BEN, SUPERVISOR]);
    floor.connect(BEN, SUPERVISOR);
    for (number, why) in [
        ("4001", "one's own"),
        ("4002", "busy"),
        ("4999", "no such extension"),
        ("0912300", "busy outside"),
    ] {
        floor.forget();
        floor.done(ANNA, "MakeCall", json!({ "DialedNumber": number }));
        floor.wait(2_000);
        let failed = floor.only(ANNA, "OnCallFailed");
        assert_eq!(failed["CallStatus"], 6, "{why}");
        let call = floor.call(ANNA);
        floor.done(ANNA, "ClearConnection", about(&call));
        let end = floor.only(ANNA, "OnCallEnd");
        assert!(end.get("CallStatus").is_none(), "{why}");
    }
    for number in ["a letter", "+", "12 34", ""] {
        let refused = floor.send(ANNA, "MakeCall", json!({ "DialedNumber": number }));
        assert!(matches!(refused, Err(24 | 6)), "{number}: {refused:?}");
    }
}
