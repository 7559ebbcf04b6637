//! The model, fed with events as a source would tell them.

use std::borrow::Cow;
use switchhook::domain::agent::{Agent, AgentState, AgentUpdate, WrapUp};
use switchhook::domain::call::{CallUpdate, Direction, Ending, Phrase, STEPS_KEPT, Speaker, Stage, Step};
use switchhook::domain::callback::{Attempt, CallbackUpdate};
use switchhook::domain::chat::Message;
use switchhook::domain::command::{Addressee, Command, Failure, InvokeId, Phase, Refusal};
use switchhook::domain::control::{Control, EnablementMask};
use switchhook::domain::event::{Alert, Covered, WrapUpChange};
use switchhook::domain::ids::{CallKey, Ref, SourceId};
use switchhook::domain::model::{Model, Off, Seen, Transition};
use switchhook::domain::queue::QueueUpdate;
use switchhook::domain::{Delta, Event, Moment};

const SOURCE: SourceId = SourceId(0);
const NOW: Moment = Moment(1_000_000);

fn of(id: &str) -> Ref<'_> {
    Ref::new(SOURCE, id)
}

fn tell(model: &mut Model, event: Event<'_>) {
    model.apply(event, Some(NOW), NOW);
}

fn mask(controls: &[Control]) -> EnablementMask {
    EnablementMask {
        controls: controls.iter().copied().collect(),
        disable_all: false,
        raw: 0,
    }
}

/// A desk that is connected, with agent `me` signed in.
fn desk() -> Model {
    let mut model = Model::default();
    model.begin_session(SOURCE);
    agent(&mut model, "me", AgentUpdate::default());
    let me = model.agents.find(of("me"));
    model.set_me(me);
    model.take_transitions();
    model
}

#[allow(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn agent(model: &mut Model, id: &str, update: AgentUpdate<'_>) {
    tell(model, Event::Agent(of(id), &update));
}

fn named(state: AgentState) -> AgentUpdate<'static> {
    AgentUpdate {
        named_state: Some(state),
        ..AgentUpdate::default()
    }
}

fn call(model: &mut Model, id: &str, update: CallUpdate<'_>) -> Option<CallKey> {
    tell(model, Event::Call(of(id), Box::new(update)));
    model.calls.find(of(id))
}

fn at_stage(stage: Stage) -> CallUpdate<'static> {
    CallUpdate {
        stage: Some(stage),
        direction: Some(Direction::Inbound),
        ..CallUpdate::default()
    }
}

fn delta(model: &mut Model) -> Delta {
    let mut delta = Delta::default();
    model.take_delta(&mut delta);
    delta
}

#[test]
fn facts_amount_to_a_state_and_no_more_than_they_say() {
    let mut model = desk();
    let state = |model: &Model| {
        model
            .agents
            .find(of("a"))
            .and_then(|key| model.agents.get(key))
            .map(Agent::state)
    };
    agent(&mut model, "a", AgentUpdate::default());
    assert_eq!(state(&model), Some(AgentState::Unknown), "named, never heard");
    let facts = |talking, serving, available| AgentUpdate {
        talking,
        serving,
        available,
        ..AgentUpdate::default()
    };
    agent(&mut model, "a", facts(None, Some(true), None));
    assert_eq!(
        state(&model),
        Some(AgentState::Unknown),
        "serving alone is not ready"
    );
    agent(&mut model, "a", facts(None, None, Some(true)));
    assert_eq!(
        state(&model),
        Some(AgentState::Ready),
        "absent fields keep what is known"
    );
    agent(&mut model, "a", facts(Some(true), None, None));
    assert_eq!(state(&model), Some(AgentState::Talking));
    agent(&mut model, "a", facts(Some(false), None, Some(false)));
    assert_eq!(state(&model), Some(AgentState::NotReady));
    agent(&mut model, "a", facts(None, Some(false), None));
    assert_eq!(state(&model), Some(AgentState::SignedOut));
    agent(
        &mut model,
        "a",
        AgentUpdate {
            wrap_up: Some(Some(WrapUp::default())),
            ..AgentUpdate::default()
        },
    );
    assert_eq!(state(&model), Some(AgentState::WrapUp { ready_after: None }));
    agent(&mut model, "a", named(AgentState::Ready));
    assert_eq!(
        state(&model),
        Some(AgentState::Ready),
        "a named state has precedence"
    );
    assert_eq!(model.agents_in_state.get(&AgentState::Ready), Some(&1));
    assert_eq!(model.agents_in_state.get(&AgentState::NotReady), Some(&0));
}

#[test]
fn time_in_state_is_unknown_until_a_change_is_witnessed() {
    let mut model = desk();
    let since = |model: &Model| {
        model
            .agents
            .find(of("a"))
            .and_then(|key| model.agents.get(key))
            .and_then(Agent::state_since)
    };
    let facts = |available| AgentUpdate {
        talking: Some(false),
        serving: Some(true),
        available: Some(available),
        ..AgentUpdate::default()
    };
    agent(&mut model, "a", facts(true));
    assert_eq!(since(&model), None, "a first report does not tell since when");
    agent(&mut model, "a", facts(false));
    assert_eq!(since(&model), Some(NOW));
    let lasted = AgentUpdate {
        lasted: Some(90_000),
        ..named(AgentState::Ready)
    };
    agent(&mut model, "a", lasted);
    assert_eq!(since(&model), Some(NOW.plus(-90_000)));
}

#[test]
fn d4_a_new_session_confirms_nothing_and_touches_no_row() {
    let mut model = desk();
    for id in 0..100 {
        agent(&mut model, &id.to_string(), named(AgentState::Ready));
    }
    delta(&mut model);
    let row = |model: &Model| {
        let key = model.agents.find(of("7"))?;
        let agent = model.agents.get(key)?;
        Some(model.is_confirmed(agent.source, agent.confirmed_in))
    };
    assert_eq!(row(&model), Some(true));
    model.lose_session(SOURCE, NOW);
    assert_eq!(row(&model), Some(false), "not while the connection is away");
    model.begin_session(SOURCE);
    assert_eq!(row(&model), Some(false), "not until it is heard of again");
    assert!(delta(&mut model).agents.is_empty());
    agent(&mut model, "7", named(AgentState::Ready));
    assert_eq!(row(&model), Some(true));
    assert_eq!(delta(&mut model).agents.len(), 1, "the mark must be redrawn");
    model.lose_session(SOURCE, NOW);
    model.resume_session(SOURCE);
    assert_eq!(
        row(&model),
        Some(true),
        "a session that resumes without loss is the same one"
    );
}

#[test]
fn d4_what_a_snapshot_does_not_list_is_gone() {
    let mut model = desk();
    let report = |model: &mut Model, id: &str| {
        tell(
            model,
            Event::Callback(of(id), Box::new(CallbackUpdate::default())),
        );
    };
    report(&mut model, "old");
    report(&mut model, "kept");
    model.lose_session(SOURCE, NOW);
    model.begin_session(SOURCE);
    report(&mut model, "kept");
    assert_eq!(model.callbacks.len(), 2);
    tell(&mut model, Event::SnapshotComplete(Covered::Callbacks));
    assert_eq!(model.callbacks.len(), 1);
    assert!(model.callbacks.find(of("kept")).is_some());
}

#[test]
fn t18_lists_that_a_message_leaves_out_are_kept_and_empty_ones_are_empty() {
    let mut model = desk();
    let report = |model: &mut Model, attempts| {
        let update = CallbackUpdate {
            attempts,
            ..CallbackUpdate::default()
        };
        tell(model, Event::Callback(of("c"), Box::new(update)));
        let key = model.callbacks.find(of("c"));
        key.and_then(|key| model.callbacks.get(key))
            .map(|row| row.attempts.as_ref().map(Vec::len))
    };
    assert_eq!(report(&mut model, None), Some(None));
    assert_eq!(report(&mut model, Some(vec![Attempt::default()])), Some(Some(1)));
    assert_eq!(report(&mut model, None), Some(Some(1)));
    assert_eq!(report(&mut model, Some(vec![])), Some(Some(0)));
}

#[test]
fn callbacks_stand_in_the_order_of_their_due_times_and_leave_when_closed() {
    let mut model = desk();
    for (id, due) in [("late", 300), ("soon", 100), ("middle", 200)] {
        let update = CallbackUpdate {
            due: Some(Some(Moment(due))),
            ..CallbackUpdate::default()
        };
        tell(&mut model, Event::Callback(of(id), Box::new(update)));
    }
    let order = |model: &Model| -> Vec<String> {
        let rows = model
            .callbacks
            .ordered()
            .filter_map(|key| model.callbacks.get(key));
        rows.map(|row| row.id.to_string()).collect()
    };
    assert_eq!(order(&model), ["soon", "middle", "late"]);
    delta(&mut model);
    let moved = CallbackUpdate {
        due: Some(Some(Moment(400))),
        ..CallbackUpdate::default()
    };
    tell(&mut model, Event::Callback(of("soon"), Box::new(moved)));
    assert_eq!(order(&model), ["middle", "late", "soon"]);
    assert!(delta(&mut model).callback_order);
    let closed = CallbackUpdate {
        closed: Some(true),
        ..CallbackUpdate::default()
    };
    tell(&mut model, Event::Callback(of("late"), Box::new(closed.clone())));
    tell(&mut model, Event::Callback(of("never seen"), Box::new(closed)));
    assert_eq!(order(&model), ["middle", "soon"]);
}

#[test]
fn an_event_that_says_nothing_new_touches_nothing() {
    let mut model = desk();
    let update = QueueUpdate {
        name: Some(Cow::Borrowed("Support")),
        waiting: Some(3),
        ..QueueUpdate::default()
    };
    tell(&mut model, Event::Queue(of("q"), &update));
    let first = delta(&mut model);
    assert_eq!((first.queues.len(), first.queue_order), (1, true));
    tell(&mut model, Event::Queue(of("q"), &update));
    assert!(!model.is_touched());
}

#[test]
fn no_event_costs_more_with_more_rows() {
    // Counted, not timed: an event among many rows marks as many rows as one among few.
    for rows in [10_u32, 5_000] {
        let mut model = desk();
        for id in 0..rows {
            agent(&mut model, &id.to_string(), named(AgentState::Ready));
        }
        delta(&mut model);
        agent(&mut model, "3", named(AgentState::Talking));
        let changed = delta(&mut model);
        assert_eq!(
            (changed.agents.len(), changed.agent_order),
            (1, false),
            "{rows} rows"
        );
    }
}

#[test]
fn d1_buttons_follow_masks_alone() {
    let mut model = desk();
    assert_eq!(model.allowed(SOURCE, Control::Ready, None), Err(Off::NoMask));
    tell(
        &mut model,
        Event::AgentMask(mask(&[Control::Ready, Control::MakeCall])),
    );
    assert_eq!(model.allowed(SOURCE, Control::Ready, None), Ok(()));
    assert_eq!(model.allowed(SOURCE, Control::NotReady, None), Err(Off::ByServer));
    assert_eq!(model.allowed(SOURCE, Control::Answer, None), Err(Off::NoCall));

    // An alerting call without a mask gives no Answer, whatever its stage says.
    let ringing = call(&mut model, "1", at_stage(Stage::Alerting));
    tell(&mut model, Event::CurrentCall(Some(of("1"))));
    assert_eq!(model.allowed(SOURCE, Control::Answer, ringing), Err(Off::NoMask));
    let with_mask = CallUpdate {
        mask: Some(mask(&[Control::Answer])),
        ..CallUpdate::default()
    };
    call(&mut model, "1", with_mask);
    assert_eq!(model.allowed(SOURCE, Control::Answer, ringing), Ok(()));
    assert_eq!(
        model.allowed(SOURCE, Control::MakeCall, None),
        Err(Off::ByServer),
        "the current call's mask decides about shared controls"
    );

    // A second call that is not the current one uses its own mask for Answer, Retrieve and Release only.
    let aside = call(
        &mut model,
        "2",
        CallUpdate {
            mask: Some(mask(&[Control::Retrieve, Control::Hold])),
            ..at_stage(Stage::Held)
        },
    );
    assert_eq!(model.allowed(SOURCE, Control::Retrieve, aside), Ok(()));
    assert_eq!(model.allowed(SOURCE, Control::Answer, aside), Err(Off::ByServer));
    assert_eq!(model.allowed(SOURCE, Control::Hold, aside), Err(Off::NotCurrent));

    // What the current call's mask says of recording and of help is said of that call.
    let helping = CallUpdate {
        mask: Some(mask(&[Control::Record, Control::SupervisorAssist])),
        ..CallUpdate::default()
    };
    call(&mut model, "1", helping);
    for control in [Control::Record, Control::SupervisorAssist] {
        assert_eq!(model.allowed(SOURCE, control, ringing), Ok(()));
        assert_eq!(model.allowed(SOURCE, control, aside), Err(Off::NotCurrent));
    }
    model.apply(Event::CurrentCall(None), None, NOW);
    assert_eq!(model.allowed(SOURCE, Control::Hold, aside), Err(Off::NoCall));

    model.lose_session(SOURCE, NOW);
    for control in Control::ALL {
        assert_eq!(model.allowed(SOURCE, control, ringing), Err(Off::Offline));
    }
}

#[test]
fn a_call_that_is_over_says_so_and_one_that_still_lasts_does_not() {
    let mut model = desk();
    let update = CallUpdate {
        mask: Some(mask(&[Control::Release])),
        ..at_stage(Stage::Dialling)
    };
    let key = call(&mut model, "1", update);
    tell(&mut model, Event::CurrentCall(Some(of("1"))));
    // It has failed, and the busy tone goes on: the mask still allows to hang up.
    call(&mut model, "1", at_stage(Stage::Failed));
    assert_eq!(model.allowed(SOURCE, Control::Release, key), Ok(()));
    let gone = || CallUpdate {
        gone: true,
        ..at_stage(Stage::Ended)
    };
    call(&mut model, "1", gone());
    assert_eq!(model.allowed(SOURCE, Control::Release, key), Err(Off::CallOver));
    // The server may name a call as the current one that is over already.
    tell(&mut model, Event::CurrentCall(Some(of("1"))));
    assert_eq!(model.allowed(SOURCE, Control::Release, key), Err(Off::CallOver));

    // The same call comes back to the agent: its mask is yet to come.
    let key = call(&mut model, "2", at_stage(Stage::Alerting));
    call(&mut model, "2", gone());
    assert_eq!(model.allowed(SOURCE, Control::Answer, key), Err(Off::CallOver));
    call(&mut model, "2", at_stage(Stage::Alerting));
    assert_eq!(model.allowed(SOURCE, Control::Answer, key), Err(Off::NoMask));

    // What has been put aside is not there any more.
    let key = call(&mut model, "3", at_stage(Stage::Failed));
    model.dismiss_call(key.expect("known"));
    assert_eq!(model.allowed(SOURCE, Control::Release, key), Err(Off::CallOver));
}

#[test]
fn t06_an_absent_mask_keeps_the_last_and_an_empty_one_turns_all_off() {
    let mut model = desk();
    let update = CallUpdate {
        mask: Some(mask(&[Control::Hold])),
        ..at_stage(Stage::Connected)
    };
    let key = call(&mut model, "1", update);
    tell(&mut model, Event::CurrentCall(Some(of("1"))));
    call(&mut model, "1", CallUpdate::default());
    assert_eq!(model.allowed(SOURCE, Control::Hold, key), Ok(()));
    let empty = CallUpdate {
        mask: Some(mask(&[])),
        ..CallUpdate::default()
    };
    call(&mut model, "1", empty);
    assert_eq!(model.allowed(SOURCE, Control::Hold, key), Err(Off::ByServer));
}

#[test]
fn d11_a_command_is_sent_accepted_and_done_by_its_event() {
    let mut model = desk();
    tell(&mut model, Event::AgentMask(mask(&[Control::Ready])));
    agent(&mut model, "me", named(AgentState::NotReady));
    let id = InvokeId(1);
    model.begin_command(id, Command::Ready, NOW);
    assert_eq!(model.allowed(SOURCE, Control::Ready, None), Err(Off::UnderWay));
    tell(&mut model, Event::Accepted { id, done: false });
    assert_eq!(
        model.desk.in_flight.first().map(|flight| flight.phase),
        Some(Phase::Accepted)
    );
    let state = model
        .desk
        .me
        .and_then(|me| model.agents.get(me))
        .map(Agent::state);
    assert_eq!(state, Some(AgentState::NotReady), "accepted is not done");
    agent(&mut model, "me", named(AgentState::Ready));
    assert!(model.desk.in_flight.is_empty());
    assert_eq!(
        model.allowed(SOURCE, Control::Ready, None),
        Ok(()),
        "the mask is the server's to change"
    );
}

#[test]
fn d11_the_event_may_come_before_the_confirmation() {
    let mut model = desk();
    let key = call(&mut model, "1", at_stage(Stage::Connected)).expect("the call exists");
    let id = InvokeId(5);
    model.begin_command(id, Command::Hold(key), NOW);
    call(&mut model, "1", at_stage(Stage::Held));
    assert!(model.desk.in_flight.is_empty());
    tell(&mut model, Event::Accepted { id, done: false });
    assert!(model.desk.in_flight.is_empty() && model.desk.failed.is_empty());
}

#[test]
fn d11_a_refusal_ends_the_command_and_changes_no_state() {
    let mut model = desk();
    let key = call(&mut model, "1", at_stage(Stage::Connected)).expect("the call exists");
    let id = InvokeId(9);
    model.begin_command(id, Command::Hold(key), NOW);
    tell(
        &mut model,
        Event::Refused {
            id: Some(id),
            kind: Refusal::WrongState,
            meaning: None,
            code: Some(38),
            text: Some(Cow::Borrowed("invalid object state")),
        },
    );
    assert_eq!(
        model.calls.get(key).map(|call| call.stage),
        Some(Stage::Connected)
    );
    assert!(model.desk.in_flight.is_empty());
    let failure = model.desk.failed.front().map(|failed| failed.failure.clone());
    assert!(matches!(
        failure,
        Some(Failure::Refused {
            kind: Refusal::WrongState,
            meaning: None,
            code: Some(38),
            ..
        })
    ));
    assert_eq!(
        model.take_transitions().last(),
        Some(&Transition::CommandFailed(id))
    );
    // The same wish again replaces the old failure.
    model.begin_command(InvokeId(10), Command::Hold(key), NOW);
    assert!(model.desk.failed.is_empty());
}

#[test]
fn a_lost_connection_ends_every_command_once() {
    let mut model = desk();
    model.begin_command(InvokeId(1), Command::Ready, NOW);
    model.begin_command(InvokeId(2), Command::Dial { number: "1".into() }, NOW);
    model.lose_session(SOURCE, NOW);
    assert!(model.desk.in_flight.is_empty());
    assert_eq!(model.desk.failed.len(), 2);
    model.lose_session(SOURCE, NOW);
    assert_eq!(model.desk.failed.len(), 2);
}

#[test]
fn the_times_on_hold_add_up_and_the_present_one_counts_when_it_is_over() {
    let mut model = desk();
    let mut known = None;
    let mut held = Vec::new();
    for (stage, seconds) in [
        (Stage::Connected, 0),
        (Stage::Held, 10),
        (Stage::Connected, 15),
        (Stage::Held, 20),
        (Stage::Held, 21),
        (Stage::Ended, 27),
    ] {
        let at = NOW.plus(seconds * 1_000);
        model.apply(Event::Call(of("1"), Box::new(at_stage(stage))), Some(at), at);
        let key = *known.get_or_insert_with(|| model.calls.find(of("1")).expect("known"));
        held.push(model.calls.get(key).map_or(-1, |call| call.held_for));
    }
    assert_eq!(held, [0, 0, 5_000, 5_000, 5_000, 12_000]);
}

#[test]
fn a_call_rings_connects_holds_and_ends_and_people_are_told_each_once() {
    let mut model = desk();
    let key = call(&mut model, "1", at_stage(Stage::Alerting)).expect("the call exists");
    for stage in [
        Stage::Connected,
        Stage::Held,
        Stage::Held,
        Stage::Connected,
        Stage::Ended,
    ] {
        call(&mut model, "1", at_stage(stage));
    }
    call(
        &mut model,
        "1",
        CallUpdate {
            gone: true,
            ..CallUpdate::default()
        },
    );
    assert_eq!(
        model.take_transitions(),
        [
            Transition::Ringing(key),
            Transition::RingingEnded(key),
            Transition::Connected(key),
            Transition::Held(key),
            Transition::Retrieved(key),
            Transition::Ended(key),
        ]
    );
}

#[test]
fn r55_r56_a_failed_call_stays_failed_until_it_is_dismissed() {
    let mut model = desk();
    let failed = CallUpdate {
        ending: Some(Ending::Failed(Some("busy".into()))),
        direction: Some(Direction::Outbound),
        stage: Some(Stage::Failed),
        ..CallUpdate::default()
    };
    let key = call(&mut model, "1", failed).expect("the call exists");
    call(&mut model, "1", at_stage(Stage::Ended));
    call(
        &mut model,
        "1",
        CallUpdate {
            gone: true,
            ..CallUpdate::default()
        },
    );
    assert_eq!(model.calls.get(key).map(|call| call.stage), Some(Stage::Failed));
    model.dismiss_call(key);
    assert!(model.calls.get(key).is_none());
}

#[test]
fn a_call_that_rang_and_was_not_answered_is_missed() {
    let mut model = desk();
    let key = call(&mut model, "1", at_stage(Stage::Alerting)).expect("the call exists");
    call(
        &mut model,
        "1",
        CallUpdate {
            gone: true,
            ..CallUpdate::default()
        },
    );
    assert_eq!(model.calls.get(key).map(|call| call.missed), Some(true));
    assert!(model.take_transitions().contains(&Transition::Missed(key)));
}

#[test]
fn a_caller_who_comes_back_is_another_call_in_both_vocabularies() {
    let telephony = |model: &mut Model, id: &str, stage| {
        let update = CallUpdate {
            contact: Some("caller".into()),
            ..at_stage(stage)
        };
        call(model, id, update)
    };
    for contact_is_heard_first in [true, false] {
        let mut model = desk();
        let first = telephony(&mut model, "call.1", Stage::Connected);
        let over = CallUpdate {
            gone: true,
            ..at_stage(Stage::Ended)
        };
        call(&mut model, "call.1", over);
        if contact_is_heard_first {
            call(&mut model, "caller", at_stage(Stage::Alerting));
        }
        let second = telephony(&mut model, "call.2", Stage::Alerting);
        assert_ne!(first, second);
        // What is told of the caller is told of the call that goes on.
        assert_eq!(call(&mut model, "caller", at_stage(Stage::Connected)), second);
        let stage = |key: Option<CallKey>| key.and_then(|key| model.calls.get(key)).map(|row| row.stage);
        assert_eq!(
            (stage(first), stage(second)),
            (Some(Stage::Ended), Some(Stage::Connected))
        );
        assert_eq!(model.calls.len(), 2);
    }
}

#[test]
fn r45_calls_that_the_snapshot_does_not_list_end() {
    let mut model = desk();
    let kept = call(&mut model, "1", at_stage(Stage::Connected)).expect("the call exists");
    let gone = call(&mut model, "2", at_stage(Stage::Held)).expect("the call exists");
    tell(&mut model, Event::OwnCalls(SOURCE, vec![of("1")]));
    assert_eq!(
        model.calls.get(kept).map(|call| call.stage),
        Some(Stage::Connected)
    );
    assert_eq!(model.calls.get(gone).map(|call| call.stage), Some(Stage::Ended));
}

#[test]
fn r53_data_updates_change_what_they_name() {
    let mut model = desk();
    let data = |pairs: &[(&'static str, &'static str)]| CallUpdate {
        data: pairs
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        ..CallUpdate::default()
    };
    let key = call(&mut model, "1", data(&[("a", "1"), ("b", "2")])).expect("the call exists");
    call(&mut model, "1", data(&[("b", "3")]));
    let known = model.calls.get(key).map(|call| call.data.clone());
    assert_eq!(
        known,
        Some(vec![("a".into(), "1".into()), ("b".into(), "3".into())])
    );
}

#[test]
fn r28_an_interim_phrase_is_replaced_by_its_speakers_next() {
    let mut model = desk();
    let key = call(&mut model, "1", at_stage(Stage::Connected)).expect("the call exists");
    let say = |model: &mut Model, speaker: &str, text: &str, interim| {
        let phrase = Phrase {
            speaker: Speaker::Other(speaker.into()),
            text: text.into(),
            interim,
            offset: 0,
            duration: 0,
            confidence: 1.0,
        };
        tell(model, Event::Phrase(of("1"), phrase));
    };
    say(&mut model, "1", "my inv", true);
    say(&mut model, "2", "yes?", false);
    say(&mut model, "1", "my invoice", false);
    say(&mut model, "1", "is wrong", false);
    let said: Vec<String> = model
        .calls
        .get(key)
        .into_iter()
        .flat_map(|call| call.transcript.iter().map(|phrase| phrase.text.to_string()))
        .collect();
    assert_eq!(said, ["my invoice", "yes?", "is wrong"]);
}

#[test]
fn r22_r23_r24_wrap_up_is_announced_begins_and_ends() {
    let mut model = desk();
    agent(
        &mut model,
        "me",
        AgentUpdate {
            serving: Some(true),
            available: Some(true),
            ..AgentUpdate::default()
        },
    );
    let state = |model: &Model| {
        model
            .desk
            .me
            .and_then(|me| model.agents.get(me))
            .map(Agent::state)
    };
    tell(
        &mut model,
        Event::WrapUp(of("me"), WrapUpChange::Enabled { seconds: 30 }),
    );
    assert_eq!(model.desk.wrap_up_to_come, Some(30));
    tell(&mut model, Event::WrapUp(of("me"), WrapUpChange::BeginRequested));
    assert_eq!(
        state(&model),
        Some(AgentState::Ready),
        "a request is no state (T23)"
    );
    tell(
        &mut model,
        Event::WrapUp(of("me"), WrapUpChange::Started { seconds: 30 }),
    );
    assert_eq!(state(&model), Some(AgentState::WrapUp { ready_after: None }));
    let end = model
        .desk
        .me
        .and_then(|me| model.agents.get(me))
        .and_then(|agent| agent.wrap_up?.end);
    assert_eq!(end, Some(NOW.plus(30_000)));
    tell(
        &mut model,
        Event::WrapUp(of("me"), WrapUpChange::Ended { by_timer: true }),
    );
    assert_eq!(state(&model), Some(AgentState::Ready));
}

#[test]
fn everything_that_grows_is_bounded() {
    use switchhook::domain::call::{FIELDS_KEPT, PHRASES_KEPT};
    use switchhook::domain::model::PAST_CALLS_KEPT;
    let mut model = desk();
    for number in 0..PAST_CALLS_KEPT + 20 {
        call(&mut model, &number.to_string(), at_stage(Stage::Connected));
        call(&mut model, &number.to_string(), at_stage(Stage::Ended));
    }
    assert_eq!(model.calls.len(), PAST_CALLS_KEPT);
    let key = call(&mut model, "long", at_stage(Stage::Connected)).expect("the call exists");
    for number in 0..PHRASES_KEPT + FIELDS_KEPT {
        let phrase = Phrase {
            speaker: Speaker::Agent,
            text: number.to_string().into(),
            interim: false,
            offset: 0,
            duration: 0,
            confidence: 1.0,
        };
        tell(&mut model, Event::Phrase(of("long"), phrase));
        let data = CallUpdate {
            data: vec![(number.to_string().into(), "x".into())],
            ..CallUpdate::default()
        };
        call(&mut model, "long", data);
    }
    let row = model.calls.get(key).expect("the call is live");
    assert_eq!(
        (row.transcript.len(), row.data.len()),
        (PHRASES_KEPT, FIELDS_KEPT)
    );
}

#[test]
fn a_row_that_went_leaves_no_name_and_its_key_is_not_used_again() {
    let mut model = desk();
    let mut keys = std::collections::HashSet::new();
    for _ in 0..50 {
        tell(
            &mut model,
            Event::Callback(of("c"), Box::new(CallbackUpdate::default())),
        );
        let key = model.callbacks.find(of("c")).expect("the callback exists");
        assert!(keys.insert(key));
        let closed = CallbackUpdate {
            closed: Some(true),
            ..CallbackUpdate::default()
        };
        tell(&mut model, Event::Callback(of("c"), Box::new(closed)));
        assert!(model.callbacks.is_empty());
    }
}

/// A command about a call, and the news of the call that it waits for.
type Case = (fn(CallKey) -> Command, CallUpdate<'static>);

#[test]
fn d11_every_command_about_a_call_is_done_by_what_happens_to_the_call() {
    let ended = || at_stage(Stage::Ended);
    let held = || at_stage(Stage::Held);
    let joined = || CallUpdate {
        conference: true,
        ..CallUpdate::default()
    };
    let filed = CallUpdate {
        wrap_up_data: Some("Sale".into()),
        ..CallUpdate::default()
    };
    let changed = CallUpdate {
        data: vec![("CallVariable1".into(), "Gold".into())],
        ..CallUpdate::default()
    };
    let cases: [Case; 14] = [
        (Command::EndForAll, ended()),
        (Command::Alternate, held()),
        (Command::BackToCaller, ended()),
        (Command::CompleteTransfer, ended()),
        (Command::CompleteConference, joined()),
        (
            |call| Command::Consult {
                call,
                number: "4002".into(),
                for_conference: false,
            },
            held(),
        ),
        (
            |call| Command::BlindTransfer {
                call,
                number: "4002".into(),
            },
            ended(),
        ),
        (
            |call| Command::AddParty {
                call,
                number: "4002".into(),
            },
            joined(),
        ),
        (
            |call| Command::SetCallData {
                call,
                fields: vec![("CallVariable1".into(), "Gold".into())],
            },
            changed,
        ),
        (
            |call| Command::SetWrapUpData {
                call,
                text: "Sale".into(),
            },
            filed,
        ),
        (|call| Command::AskSupervisor(Some(call)), held()),
        (|call| Command::RaiseEmergency(Some(call)), joined()),
        (Command::Hold, held()),
        (Command::EndCall, ended()),
    ];
    for (command, news) in cases {
        let mut model = desk();
        let key = call(&mut model, "1", at_stage(Stage::Connected)).expect("the call exists");
        let id = InvokeId(1);
        model.begin_command(id, command(key), NOW);
        tell(&mut model, Event::Accepted { id, done: false });
        let asked = model.desk.in_flight.first().map(|flight| flight.command.clone());
        assert_eq!(asked, Some(command(key)), "accepted is not done");
        call(&mut model, "1", news);
        assert!(model.desk.in_flight.is_empty(), "{asked:?}");
    }
}

#[test]
fn d11_what_no_event_tells_is_done_by_its_confirmation() {
    let mut model = desk();
    let key = call(&mut model, "1", at_stage(Stage::Connected)).expect("the call exists");
    let recording = |model: &Model| model.calls.get(key).and_then(|call| call.recording);
    for (place, command, expected) in [
        (1, Command::StartRecording(key), true),
        (2, Command::StopRecording(key), false),
    ] {
        let before = recording(&model);
        let id = InvokeId(place);
        model.begin_command(id, command, NOW);
        assert_eq!(
            recording(&model),
            before,
            "the light is the server's word, not the click"
        );
        tell(&mut model, Event::Accepted { id, done: false });
        assert_eq!(recording(&model), Some(expected));
        assert!(model.desk.in_flight.is_empty());
    }
    let message = Command::SendMessage {
        to: Addressee::Agent("1002".into()),
        text: "Hello".into(),
    };
    model.begin_command(InvokeId(3), message, NOW);
    assert!(model.desk.messages.is_empty(), "what was not taken was not said");
    tell(
        &mut model,
        Event::Accepted {
            id: InvokeId(3),
            done: false,
        },
    );
    let told = model
        .desk
        .messages
        .back()
        .map(|message| (message.own, message.with.clone()));
    assert_eq!(told, Some((true, Addressee::Agent("1002".into()))));
    let tones = |model: &Model| model.calls.get(key).map(|call| call.tones_sent);
    let digits = || Command::SendTones {
        call: key,
        digits: "12".into(),
    };
    model.begin_command(InvokeId(5), digits(), NOW);
    assert_eq!(tones(&model), Some(0), "what was not taken was not sent");
    tell(
        &mut model,
        Event::Accepted {
            id: InvokeId(5),
            done: false,
        },
    );
    assert_eq!(tones(&model), Some(2));
    model.begin_command(InvokeId(4), Command::ReportBadLine(key), NOW);
    model.taken(InvokeId(4));
    assert!(model.desk.in_flight.is_empty());
}

#[test]
fn another_call_is_current_when_the_server_says_so() {
    let mut model = desk();
    let first = call(&mut model, "1", at_stage(Stage::Connected)).expect("the call exists");
    let second = call(&mut model, "2", at_stage(Stage::Held)).expect("the call exists");
    tell(&mut model, Event::CurrentCall(Some(of("1"))));
    let switch = Command::MakeCurrent(second);
    assert_eq!(model.command_allowed(SOURCE, &switch), Ok(()));
    model.begin_command(InvokeId(1), switch.clone(), NOW);
    assert_eq!(model.desk.current, Some(first));
    assert_eq!(model.command_allowed(SOURCE, &switch), Err(Off::UnderWay));
    tell(&mut model, Event::CurrentCall(Some(of("2"))));
    assert_eq!(model.desk.current, Some(second));
    assert!(model.desk.in_flight.is_empty());
    let gone = CallUpdate {
        gone: true,
        ..CallUpdate::default()
    };
    call(&mut model, "1", gone);
    let back = Command::MakeCurrent(first);
    assert_eq!(model.command_allowed(SOURCE, &back), Err(Off::CallOver));
}

#[test]
fn a_consultation_is_about_the_call_it_was_asked_for_or_the_only_other_one_or_nobody_knows() {
    let consultation = || CallUpdate {
        consult: true,
        ..at_stage(Stage::Dialling)
    };
    let about = |model: &Model| {
        let key = model.calls.find(of("c")).expect("the consultation exists");
        model.calls.get(key).and_then(|call| call.about)
    };
    let mut model = desk();
    let only = call(&mut model, "1", at_stage(Stage::Held));
    call(&mut model, "c", consultation());
    assert_eq!(about(&model), only);

    let mut model = desk();
    call(&mut model, "1", at_stage(Stage::Held));
    let asked = call(&mut model, "2", at_stage(Stage::Connected)).expect("the call exists");
    let consult = Command::Consult {
        call: asked,
        number: "4002".into(),
        for_conference: false,
    };
    model.begin_command(InvokeId(1), consult, NOW);
    call(&mut model, "c", consultation());
    assert_eq!(about(&model), Some(asked));

    let mut model = desk();
    call(&mut model, "1", at_stage(Stage::Held));
    call(&mut model, "2", at_stage(Stage::Held));
    call(&mut model, "c", consultation());
    assert_eq!(about(&model), None);
}

#[test]
fn d1_a_number_can_be_dialled_where_the_mask_allows_calls_to_some_place() {
    for control in [
        Control::MakeCall,
        Control::InsideMakeCall,
        Control::OutsideMakeCall,
    ] {
        let mut model = desk();
        let dial = Command::Dial { number: "1".into() };
        tell(&mut model, Event::AgentMask(mask(&[])));
        assert_eq!(model.command_allowed(SOURCE, &dial), Err(Off::ByServer));
        tell(&mut model, Event::AgentMask(mask(&[control])));
        assert_eq!(model.command_allowed(SOURCE, &dial), Ok(()));
        model.begin_command(InvokeId(1), dial.clone(), NOW);
        assert_eq!(model.command_allowed(SOURCE, &dial), Err(Off::UnderWay));
    }
}

#[test]
fn a_calls_history_is_what_was_told_of_it_and_nothing_else() {
    let mut model = desk();
    let at = |model: &mut Model, second: i64, update: CallUpdate<'_>| {
        let when = Moment(NOW.0 + second * 1_000);
        model.apply(Event::Call(of("1"), Box::new(update)), Some(when), when);
    };
    at(&mut model, 0, at_stage(Stage::Alerting));
    at(&mut model, 4, at_stage(Stage::Connected));
    at(&mut model, 5, at_stage(Stage::Connected));
    at(&mut model, 6, at_stage(Stage::Held));
    at(&mut model, 7, at_stage(Stage::Connected));
    let recording = |recording| CallUpdate {
        recording: Some(recording),
        ..CallUpdate::default()
    };
    // That it is not recorded is no event of the call's.
    at(&mut model, 8, recording(false));
    at(&mut model, 9, recording(true));
    at(&mut model, 10, recording(true));
    let transfer = |to: Option<&'static str>| CallUpdate {
        transferring_to: Some(to.map(Cow::Borrowed)),
        ..CallUpdate::default()
    };
    at(&mut model, 11, transfer(Some("4002")));
    at(&mut model, 12, transfer(None));
    let joined = CallUpdate {
        conference: true,
        ..CallUpdate::default()
    };
    at(&mut model, 13, joined);
    at(&mut model, 14, at_stage(Stage::Ended));
    let history = |model: &Model| {
        let key = model.calls.find(of("1")).unwrap();
        model.calls.get(key).unwrap().history.clone()
    };
    let told: Vec<(i64, Step)> = history(&model)
        .into_iter()
        .map(|(when, step)| (when.since(NOW) / 1_000, step))
        .collect();
    assert_eq!(
        told,
        [
            (0, Step::At(Stage::Alerting)),
            (4, Step::At(Stage::Connected)),
            (6, Step::At(Stage::Held)),
            (7, Step::Retrieved),
            (9, Step::Recorded),
            (11, Step::Transferring),
            (12, Step::TransferGivenUp),
            (13, Step::Joined),
            (14, Step::At(Stage::Ended)),
        ]
    );
    // The same call offered again is another one to the agent.
    at(&mut model, 20, at_stage(Stage::Alerting));
    assert_eq!(history(&model).len(), 1);
    for second in 0..100 {
        let stage = [Stage::Held, Stage::Connected][second % 2];
        at(&mut model, 30, at_stage(stage));
    }
    assert_eq!(history(&model).len(), STEPS_KEPT);
}

#[test]
fn a_calls_data_are_changed_by_one_request_at_a_time() {
    let mut model = desk();
    let update = CallUpdate {
        mask: Some(mask(&[Control::Release])),
        ..at_stage(Stage::Connected)
    };
    let key = call(&mut model, "1", update).unwrap();
    tell(&mut model, Event::CurrentCall(Some(of("1"))));
    let change = |value: &str| Command::SetCallData {
        call: key,
        fields: vec![("CallVariable2".into(), value.into())],
    };
    assert_eq!(model.command_allowed(SOURCE, &change("a")), Ok(()));
    model.begin_command(InvokeId(1), change("a"), NOW);
    assert_eq!(model.command_allowed(SOURCE, &change("b")), Err(Off::UnderWay));
    let tones = Command::SendTones {
        call: key,
        digits: "1".into(),
    };
    assert_eq!(
        model.command_allowed(SOURCE, &tones),
        Ok(()),
        "and nothing else waits"
    );
    tell(
        &mut model,
        Event::Call(
            of("1"),
            Box::new(CallUpdate {
                data: vec![("CallVariable2".into(), "a".into())],
                ..CallUpdate::default()
            }),
        ),
    );
    assert_eq!(model.command_allowed(SOURCE, &change("b")), Ok(()));
}

fn message(from: &str, with: Addressee) -> Event<'static> {
    let message = Message {
        from: Some(from.into()),
        with,
        own: false,
        unread: true,
        text: "Hello".into(),
        at: NOW,
        number: 0,
    };
    Event::Message(SOURCE, message)
}

#[test]
fn a_message_is_news_until_its_conversation_is_looked_at() {
    let mut model = desk();
    let ann = || Addressee::Agent("1002".into());
    tell(&mut model, message("1002", ann()));
    tell(&mut model, message("1003", Addressee::Team));
    let unread = |model: &Model| -> Vec<u32> {
        let messages = model.desk.messages.iter().filter(|message| message.unread);
        messages.map(|message| message.number).collect()
    };
    assert_eq!(unread(&model), [1, 2]);
    let version = model.desk.messages_version;
    model.see(&Seen::Messages(ann()));
    assert_eq!(unread(&model), [2]);
    assert_ne!(model.desk.messages_version, version);
    delta(&mut model);
    model.see(&Seen::Messages(ann()));
    assert!(!model.is_touched(), "what was seen is not seen again");

    let words = Command::SendMessage {
        to: Addressee::Supervisor,
        text: "Help".into(),
    };
    model.begin_command(InvokeId(1), words, NOW);
    assert_eq!(
        model.desk.messages.len(),
        2,
        "nothing is shown as sent before the server has it"
    );
    tell(
        &mut model,
        Event::Accepted {
            id: InvokeId(1),
            done: false,
        },
    );
    let own = model.desk.messages.back().unwrap();
    assert_eq!(
        (own.own, &own.with, own.unread, own.number),
        (true, &Addressee::Supervisor, false, 3)
    );
}

#[test]
fn alerts_stay_until_seen_one_by_one_or_all() {
    let mut model = desk();
    let alert = |name: &str| Alert {
        id: "rule".into(),
        name: Some(name.into()),
        expression: None,
        threshold: None,
        value: None,
        at: Some(NOW),
        number: 0,
    };
    for name in ["a", "b", "a", "c"] {
        tell(&mut model, Event::Alert(of("me"), alert(name)));
    }
    let names = |model: &Model| -> Vec<String> {
        let alerts = model.desk.alerts.iter();
        alerts
            .map(|alert| alert.name.as_deref().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&model), ["a", "b", "c"], "told twice, it fired once");
    let second = model.desk.alerts[1].number;
    model.see(&Seen::Alert(second));
    assert_eq!(names(&model), ["a", "c"]);
    model.see(&Seen::Alerts);
    assert!(model.desk.alerts.is_empty());
}

#[test]
fn missed_calls_are_dismissed_together_and_others_stay() {
    let mut model = desk();
    for id in ["1", "2", "3"] {
        call(&mut model, id, at_stage(Stage::Alerting));
    }
    call(&mut model, "3", at_stage(Stage::Connected));
    for id in ["1", "2", "3"] {
        call(&mut model, id, at_stage(Stage::Ended));
    }
    model.see(&Seen::MissedCalls);
    let left: Vec<bool> = ["1", "2", "3"]
        .iter()
        .map(|id| model.calls.find(of(id)).is_some())
        .collect();
    assert_eq!(left, [false, false, true]);
}
