//! The model with several sources at once: whose rows are whose, what is told late, and what is forgotten.

use switchhook::domain::agent::{AgentState, AgentUpdate, Reservation};
use switchhook::domain::call::{CALLS_KEPT, CallUpdate, Direction, Stage};
use switchhook::domain::event::Covered;
use switchhook::domain::ids::{CallKey, Ref, SourceId};
use switchhook::domain::model::{Model, PAST_CALLS_KEPT, Transition};
use switchhook::domain::{Event, Moment};

const DESK: SourceId = SourceId(0);
const OTHER: SourceId = SourceId(2);
const NOW: Moment = Moment(1_000_000);

fn tell(model: &mut Model, event: Event<'_>) {
    model.apply(event, Some(NOW), NOW);
}

/// The own agent "me", known to the other source as "4001", and a colleague, "4002".
fn model() -> Model {
    let mut model = Model::default();
    for (id, phone) in [("me", "4001"), ("bob", "4002")] {
        let key = model.agents.intern(Ref::new(DESK, id));
        model.agents.rename(Ref::new(OTHER, phone), key);
    }
    let me = model.agents.find(Ref::new(DESK, "me"));
    model.set_me(me);
    model.begin_session(DESK);
    model.begin_session(OTHER);
    model
}

fn at(agent: &'static str, stage: Stage) -> CallUpdate<'static> {
    CallUpdate {
        agent: Some(agent.into()),
        stage: Some(stage),
        direction: Some(Direction::Inbound),
        ..CallUpdate::default()
    }
}

fn call(model: &mut Model, source: SourceId, id: &str, update: CallUpdate<'_>) -> CallKey {
    let call = Ref::new(source, id);
    tell(model, Event::Call(call, Box::new(update)));
    model.calls.find(call).expect("the call is known")
}

fn state(model: &mut Model, state: AgentState) {
    let update = AgentUpdate {
        named_state: Some(state),
        ..AgentUpdate::default()
    };
    tell(model, Event::Agent(Ref::new(DESK, "me"), &update));
}

fn reservation(model: &Model) -> Option<Reservation> {
    let me = model.desk.me.and_then(|me| model.agents.get(me));
    me.expect("the own agent").reservation
}

#[test]
fn what_is_told_late_changes_the_model_and_tells_nobody() {
    let mut model = model();
    let mut missed = 0;
    for (id, stage) in [
        ("1", Stage::Alerting),
        ("1", Stage::Ended),
        ("2", Stage::Alerting),
        ("2", Stage::Connected),
        ("3", Stage::Alerting),
    ] {
        let event = Event::Call(Ref::new(OTHER, id), Box::new(at("4001", stage)));
        missed += model.apply_late(event, Some(NOW), NOW);
    }
    assert_eq!(missed, 1);
    assert_eq!(model.take_transitions(), []);
    assert_eq!(model.calls.len(), 3);
    // What never rang does not stop ringing.
    call(&mut model, OTHER, "3", at("4001", Stage::Connected));
    let third = model.calls.find(Ref::new(OTHER, "3")).expect("known");
    assert_eq!(model.take_transitions(), [Transition::Connected(third)]);
}

#[test]
fn what_is_told_late_ends_the_ringing_that_people_hear() {
    let mut model = model();
    let key = call(&mut model, OTHER, "1", at("4001", Stage::Alerting));
    assert_eq!(model.take_transitions(), [Transition::Ringing(key)]);
    let event = Event::Call(Ref::new(OTHER, "1"), Box::new(at("4001", Stage::Ended)));
    assert_eq!(model.apply_late(event, None, NOW), 1);
    assert_eq!(model.take_transitions(), [Transition::RingingEnded(key)]);
}

#[test]
fn a_late_event_does_not_take_back_what_was_told_before_it_in_the_same_step() {
    let mut model = model();
    let key = call(&mut model, DESK, "1", at("me", Stage::Alerting));
    let event = Event::Call(Ref::new(OTHER, "1"), Box::new(at("4001", Stage::Alerting)));
    model.apply_late(event, None, NOW);
    assert_eq!(model.take_transitions(), [Transition::Ringing(key)]);
}

#[test]
fn a_snapshot_of_one_source_covers_its_calls_whosever_they_are_and_no_others() {
    let mut model = model();
    let keys = [
        call(&mut model, OTHER, "mine", at("4001", Stage::Connected)),
        call(&mut model, OTHER, "bobs", at("4002", Stage::Connected)),
        call(&mut model, DESK, "mine", at("me", Stage::Connected)),
    ];
    model.begin_session(DESK);
    model.begin_session(OTHER);
    let again = call(&mut model, OTHER, "new", at("4002", Stage::Connected));
    tell(&mut model, Event::SnapshotComplete(Covered::Calls(OTHER)));
    let live = |key: CallKey| model.calls.get(key).is_some_and(|call| call.stage.is_live());
    assert_eq!(keys.map(live), [false, false, true]);
    assert!(live(again));
}

#[test]
fn r45_the_own_calls_of_one_source_are_not_those_of_another() {
    let mut model = model();
    let other = call(&mut model, OTHER, "1", at("4001", Stage::Connected));
    let own = call(&mut model, DESK, "1", at("me", Stage::Connected));
    tell(&mut model, Event::OwnCalls(DESK, Vec::new()));
    let live = |key: CallKey| model.calls.get(key).is_some_and(|call| call.stage.is_live());
    assert_eq!((live(own), live(other)), (false, true));
}

#[test]
fn calls_that_no_source_ends_are_bounded() {
    let mut model = model();
    for number in 0..CALLS_KEPT + 100 {
        call(
            &mut model,
            OTHER,
            &number.to_string(),
            at("4002", Stage::Connected),
        );
    }
    assert_eq!(model.calls.len(), CALLS_KEPT);
    assert!(
        model.calls.find(Ref::new(OTHER, "99")).is_none(),
        "the oldest are gone"
    );
    assert!(model.calls.find(Ref::new(OTHER, "100")).is_some());
}

#[test]
fn own_and_colleagues_past_calls_are_bounded_each_by_itself() {
    let mut model = model();
    for number in 0..3 * PAST_CALLS_KEPT {
        call(
            &mut model,
            OTHER,
            &format!("b{number}"),
            at("4002", Stage::Alerting),
        );
        call(&mut model, OTHER, &format!("b{number}"), at("4002", Stage::Ended));
        call(
            &mut model,
            OTHER,
            &format!("m{number}"),
            at("4001", Stage::Alerting),
        );
        call(&mut model, OTHER, &format!("m{number}"), at("4001", Stage::Ended));
    }
    assert_eq!(model.past_calls.len(), PAST_CALLS_KEPT);
    assert_eq!(model.calls.len(), 2 * PAST_CALLS_KEPT);
}

#[test]
fn news_of_a_call_only_if_it_is_known_makes_none() {
    let mut model = model();
    let update = || CallUpdate {
        data: vec![("a".into(), "b".into())],
        only_if_known: true,
        ..CallUpdate::default()
    };
    let unknown = Ref::new(OTHER, "1");
    tell(&mut model, Event::Call(unknown, Box::new(update())));
    assert!(model.calls.is_empty());
    assert_eq!(model.orphans, 1);
    call(&mut model, OTHER, "1", at("4001", Stage::Connected));
    let key = call(&mut model, OTHER, "1", update());
    assert_eq!(model.calls.get(key).map(|call| call.data.len()), Some(1));
}

#[test]
fn a_source_tells_of_anothers_row_and_does_not_confirm_it() {
    let mut model = model();
    let update = AgentUpdate {
        named_state: Some(AgentState::Ready),
        ..AgentUpdate::default()
    };
    model.begin_session(OTHER);
    tell(&mut model, Event::Agent(Ref::new(OTHER, "4002"), &update));
    let bob = |model: &Model| {
        let key = model.agents.find(Ref::new(DESK, "bob"));
        let row = key.and_then(|key| model.agents.get(key)).expect("Bob");
        (
            row.state(),
            row.heard,
            model.is_confirmed(row.source, row.confirmed_in),
        )
    };
    assert_eq!(bob(&model), (AgentState::Ready, None, false));
    tell(&mut model, Event::Agent(Ref::new(DESK, "bob"), &update));
    assert_eq!(bob(&model), (AgentState::Ready, Some(NOW), true));
    tell(&mut model, Event::Agent(Ref::new(OTHER, "4002"), &update));
    assert!(bob(&model).2, "nor does it make it uncertain");
}

#[test]
fn a_reservation_outlives_everything_but_its_call_and_a_change_of_state() {
    let mut model = model();
    let reserve = |model: &mut Model| tell(model, Event::Reserved(Ref::new(OTHER, "4001"), Some(20_000)));
    reserve(&mut model);
    let told = Some(Reservation {
        from: NOW,
        until: Some(NOW.plus(20_000)),
    });
    assert_eq!(reservation(&model), told);
    // The first word of a state is no change, nor is the state that a reservation leads to.
    state(&mut model, AgentState::Ready);
    state(&mut model, AgentState::Reserved);
    state(&mut model, AgentState::Reserved);
    assert_eq!(reservation(&model), told);
    call(&mut model, OTHER, "1", at("4002", Stage::Alerting));
    call(&mut model, OTHER, "2", at("4001", Stage::Offered));
    assert_eq!(reservation(&model), told);
    call(&mut model, OTHER, "2", at("4001", Stage::Alerting));
    assert_eq!(reservation(&model), None);
    reserve(&mut model);
    state(&mut model, AgentState::NotReady);
    assert_eq!(reservation(&model), None);
    // A call that a telephony source tells of without an agent is the own agent's.
    reserve(&mut model);
    let nobodys = CallUpdate {
        agent: None,
        ..at("", Stage::Alerting)
    };
    call(&mut model, DESK, "3", nobodys);
    assert_eq!(reservation(&model), None);
}

#[test]
fn a_suspended_source_takes_no_command_with_it() {
    use switchhook::domain::command::{Command, InvokeId};
    let mut model = model();
    model.begin_command(InvokeId(1), Command::Ready, NOW);
    model.suspend_session(OTHER);
    assert!(!model.source(OTHER).live && model.source(DESK).live);
    assert_eq!(model.desk.in_flight.len(), 1);
    model.lose_session(DESK, NOW);
    assert!(model.desk.in_flight.is_empty());
}

#[test]
fn a_name_that_was_anothers_can_be_given_anew() {
    let mut model = model();
    let phone = Ref::new(OTHER, "4002");
    let (me, bob) = (model.desk.me, model.agents.find(phone));
    assert_ne!(me, bob);
    model.agents.rename(phone, me.expect("the own agent"));
    assert_eq!(model.agents.find(phone), me);
    assert!(
        model.agents.get(bob.expect("Bob")).is_some(),
        "Bob is still there"
    );
}
