//! The own agent's state at the desk: what brought it about, being signed out, calls that are coming, wrap-up.

use std::borrow::Cow;
use switchhook::domain::agent::{AgentState, AgentUpdate, ChangedBy, Witnessed, WrapUp};
use switchhook::domain::call::{CallUpdate, Direction, Stage};
use switchhook::domain::command::{Command, InvokeId, Refusal};
use switchhook::domain::control::{Control, EnablementMask};
use switchhook::domain::event::WrapUpChange;
use switchhook::domain::ids::{CallKey, Ref, SourceId};
use switchhook::domain::model::{Off, STATES_KEPT};
use switchhook::domain::settings::{DeskSettings, WrapUpData};
use switchhook::domain::telephony::TelephonyNews;
use switchhook::domain::{Event, Model, Moment, Transition};

const HUB: SourceId = SourceId(0);
const AFTER: [bool; 2] = [true, false];

fn at(id: &str) -> Ref<'_> {
    Ref::new(HUB, id)
}

fn work(ready_after: bool) -> AgentState {
    AgentState::WrapUp {
        ready_after: Some(ready_after),
    }
}

/// A desk whose agent is signed in, on a clock of its own.
struct Desk {
    model: Model,
    time: i64,
}

impl Desk {
    fn new() -> Self {
        let mut model = Model::default();
        model.begin_session(HUB);
        let me = model.agents.intern(at("me"));
        model.set_me(Some(me));
        let mut desk = Self {
            model,
            time: 1_700_000_000_000,
        };
        desk.state(AgentState::NotReady);
        desk.told();
        desk
    }

    fn hear(&mut self, event: Event<'_>) {
        self.model.apply(event, None, Moment(self.time));
    }

    fn update(&mut self, update: &AgentUpdate<'_>) {
        self.time += 5_000;
        self.hear(Event::Agent(at("me"), update));
    }

    fn state(&mut self, state: AgentState) {
        self.state_for(state, None);
    }

    fn state_for(&mut self, state: AgentState, reason: Option<i32>) {
        self.update(&AgentUpdate {
            named_state: Some(state),
            reason: Some(reason),
            ..AgentUpdate::default()
        });
    }

    fn ask(&mut self, id: u32, command: Command) {
        self.model.begin_command(InvokeId(id), command, Moment(self.time));
    }

    fn call(&mut self, update: CallUpdate<'_>) -> CallKey {
        self.hear(Event::Call(at("call"), Box::new(update)));
        self.model.calls.find(at("call")).expect("it is known")
    }

    /// A call that was talked and is over, with the bit for wrap-up data, and the agent in wrap-up.
    fn wrap_up(&mut self, direction: Direction) -> CallKey {
        let stage = |stage| CallUpdate {
            direction: Some(direction),
            stage: Some(stage),
            ..CallUpdate::default()
        };
        self.call(stage(Stage::Connected));
        self.state(AgentState::Talking);
        let key = self.call(CallUpdate {
            mask: Some(may([Control::WrapUp])),
            ..stage(Stage::Ended)
        });
        self.state(work(true));
        key
    }

    fn settings(&mut self, settings: DeskSettings) {
        let news = TelephonyNews::Desk(Box::new(settings));
        self.hear(Event::Telephony(HUB, Box::new(news)));
    }

    fn precall(&mut self, update: Option<CallUpdate<'_>>) {
        self.time += 1_000;
        self.hear(Event::Precall(at("contact"), update.map(Box::new)));
    }

    fn last(&self) -> Witnessed {
        self.model
            .desk
            .states
            .back()
            .cloned()
            .expect("a state was witnessed")
    }

    fn told(&mut self) -> Vec<Transition> {
        self.model.take_transitions()
    }
}

fn may<const N: usize>(controls: [Control; N]) -> EnablementMask {
    EnablementMask {
        controls: controls.into_iter().collect(),
        disable_all: false,
        raw: 0,
    }
}

fn announced() -> CallUpdate<'static> {
    CallUpdate {
        number: Some(Cow::Borrowed("+358401234567")),
        queue_name: Some(Cow::Borrowed("Support")),
        data: vec![(Cow::Borrowed("user.customer"), Cow::Borrowed("4711"))],
        ..CallUpdate::default()
    }
}

#[test]
fn the_cause_of_a_state_is_the_command_that_asked_for_it_and_no_other() {
    for (asked, state, reason, expected) in [
        (
            Some(Command::Ready),
            AgentState::Ready,
            None,
            Some(ChangedBy::Agent),
        ),
        (None, AgentState::Ready, None, None),
        (
            Some(Command::NotReady { reason: Some(2) }),
            AgentState::Ready,
            None,
            None,
        ),
        (
            Some(Command::NotReady { reason: Some(2) }),
            AgentState::NotReady,
            Some(2),
            Some(ChangedBy::Agent),
        ),
        (
            Some(Command::NotReady { reason: Some(2) }),
            AgentState::NotReady,
            Some(3),
            None,
        ),
        (Some(Command::WorkReady), work(true), None, Some(ChangedBy::Agent)),
        (Some(Command::WorkReady), work(false), None, None),
    ] {
        let mut desk = Desk::new();
        desk.state(AgentState::Talking);
        if let Some(command) = asked.clone() {
            desk.ask(1, command);
        }
        desk.state_for(state, reason);
        let seen = desk.last();
        assert_eq!((seen.state, seen.by), (state, expected), "{asked:?}");
        assert_eq!((seen.reason, seen.at), (reason, Moment(desk.time)));
    }
}

#[test]
fn another_reason_for_the_same_state_is_witnessed_too() {
    let mut desk = Desk::new();
    desk.state_for(AgentState::NotReady, Some(1));
    desk.state_for(AgentState::NotReady, Some(2));
    let reasons: Vec<_> = desk.model.desk.states.iter().map(|seen| seen.reason).collect();
    assert_eq!(reasons, [None, Some(1), Some(2)]);
}

#[test]
fn another_reason_for_the_same_state_is_all_that_may_be_asked_for() {
    let mut desk = Desk::new();
    desk.ask(1, Command::NotReady { reason: Some(2) });
    desk.hear(Event::Accepted {
        id: InvokeId(1),
        done: false,
    });
    desk.state_for(AgentState::NotReady, Some(3));
    assert_eq!(desk.model.desk.in_flight.len(), 1, "another one's reason");
    desk.state_for(AgentState::NotReady, Some(2));
    assert!(desk.model.desk.in_flight.is_empty());
    assert_eq!(desk.last().by, Some(ChangedBy::Agent));
}

#[test]
fn a_state_that_is_told_twice_is_witnessed_once() {
    let mut desk = Desk::new();
    desk.state(AgentState::Ready);
    let before = desk.model.desk.states.len();
    let again = AgentUpdate {
        named_state: Some(AgentState::Ready),
        ..AgentUpdate::default()
    };
    desk.update(&again);
    assert_eq!(desk.model.desk.states.len(), before);
    let colleague = AgentUpdate {
        named_state: Some(AgentState::NotReady),
        ..AgentUpdate::default()
    };
    desk.hear(Event::Agent(at("colleague"), &colleague));
    assert_eq!(
        desk.model.desk.states.len(),
        before,
        "colleagues have lists of their own, or none"
    );
}

#[test]
fn the_states_kept_are_bounded_and_the_newest_ones() {
    let mut desk = Desk::new();
    for _ in 0..STATES_KEPT {
        desk.state(AgentState::Ready);
        desk.state(AgentState::Talking);
    }
    assert_eq!(desk.model.desk.states.len(), STATES_KEPT);
    assert_eq!(desk.last().at, Moment(desk.time));
}

#[test]
fn r24_wrap_up_that_its_timer_ended_says_so_whichever_of_the_two_words_comes_first() {
    for state_first in [true, false] {
        for by_timer in [true, false] {
            let mut desk = Desk::new();
            desk.state(work(true));
            let ended = Event::WrapUp(at("me"), WrapUpChange::Ended { by_timer });
            if state_first {
                desk.state(AgentState::Ready);
                desk.hear(ended);
            } else {
                desk.hear(ended);
                desk.state(AgentState::Ready);
            }
            let expected = by_timer.then_some(ChangedBy::Timer);
            assert_eq!(desk.last().by, expected, "{state_first} {by_timer}");
        }
    }
}

#[test]
fn whoever_is_signed_out_without_having_asked_is_told_when_and_by_whom() {
    // By the own wish: nothing to explain.
    let mut desk = Desk::new();
    desk.ask(1, Command::SignOut { reason: None });
    desk.state(AgentState::SignedOut);
    assert_eq!(desk.model.desk.forced_out, None);
    assert_eq!(desk.last().by, Some(ChangedBy::Agent));

    // By nobody who says so.
    let mut desk = Desk::new();
    desk.state(AgentState::SignedOut);
    let forced = desk.model.desk.forced_out.clone().expect("it is told");
    assert_eq!((forced.at, forced.by), (Moment(desk.time), None));
    let signed_out_at = desk.time;

    // The cause comes a moment later: the time stays, and people are told once.
    desk.told();
    desk.time += 300;
    desk.hear(Event::ForcedSignOut);
    let forced = desk.model.desk.forced_out.clone().expect("it is told");
    assert_eq!((forced.at.0, forced.by), (signed_out_at, Some(ChangedBy::System)));
    assert_eq!(desk.last().by, Some(ChangedBy::System));
    assert_eq!(desk.told(), [Transition::ForcedSignOut]);
    desk.hear(Event::ForcedSignOut);
    assert_eq!(desk.told(), []);

    // At another desk.
    let mut desk = Desk::new();
    desk.hear(Event::Refused {
        id: None,
        kind: Refusal::SignedInElsewhere,
        code: Some(11),
        meaning: None,
        text: None,
    });
    assert_eq!(
        desk.model.desk.forced_out.clone().and_then(|forced| forced.by),
        Some(ChangedBy::OtherDesk)
    );

    // Signed in again, all of it is history.
    desk.state(AgentState::SignedOut);
    desk.ask(
        2,
        Command::SignIn {
            login_id: "1".into(),
            extension: "2".into(),
        },
    );
    desk.state(AgentState::NotReady);
    assert_eq!(desk.model.desk.forced_out, None);
}

#[test]
fn signed_out_is_no_force_where_no_telephony_server_names_states_or_the_desk_is_signing_in() {
    let mut desk = Desk::new();
    let me = desk.model.agents.intern(at("somebody"));
    desk.model.set_me(Some(me));
    let serves = |serving| AgentUpdate {
        serving: Some(serving),
        available: Some(true),
        ..AgentUpdate::default()
    };
    for serving in [true, false] {
        let update = serves(serving);
        desk.hear(Event::Agent(at("somebody"), &update));
    }
    assert_eq!(desk.model.desk.forced_out, None);

    let mut desk = Desk::new();
    desk.ask(
        1,
        Command::SignIn {
            login_id: "1".into(),
            extension: "2".into(),
        },
    );
    desk.state(AgentState::SignedOut);
    assert_eq!(desk.model.desk.forced_out, None);
}

#[test]
fn r48_r50_a_contact_on_its_way_is_told_and_so_is_that_it_does_not_come() {
    let mut desk = Desk::new();
    desk.precall(Some(announced()));
    assert_eq!(desk.told(), [Transition::Coming]);
    let coming = desk.model.coming().expect("it is announced");
    assert_eq!(coming.number.as_deref(), Some("+358401234567"));
    assert_eq!(coming.data, [("user.customer".into(), "4711".into())]);

    // Told again with more: no news for people.
    desk.precall(Some(announced()));
    assert_eq!(desk.told(), []);

    desk.precall(None);
    assert_eq!(desk.told(), [Transition::TakenBack]);
    assert!(desk.model.coming().is_none());
    let (taken_back, when) = desk.model.desk.taken_back.clone().expect("it is remembered");
    assert_eq!((&*taken_back.contact, when), ("contact", Moment(desk.time)));

    // What was never announced cannot be taken back, and the next announcement replaces the word.
    desk.precall(None);
    assert_eq!(desk.told(), []);
    desk.precall(Some(announced()));
    assert!(desk.model.desk.taken_back.is_none() && desk.model.coming().is_some());
}

#[test]
fn a_colleagues_precall_is_none_of_the_own_desks() {
    let mut desk = Desk::new();
    desk.precall(Some(CallUpdate {
        agent: Some(Cow::Borrowed("colleague")),
        ..announced()
    }));
    desk.precall(None);
    assert_eq!(desk.told(), []);
    assert!(desk.model.coming().is_none() && desk.model.desk.taken_back.is_none());
}

#[test]
fn what_was_announced_is_forgotten_with_the_reservation_that_it_led_to() {
    let mut desk = Desk::new();
    desk.state(AgentState::Ready);
    desk.precall(Some(announced()));
    desk.state(AgentState::Reserved);
    assert!(desk.model.coming().is_some());
    desk.state(AgentState::Ready);
    assert!(desk.model.coming().is_none());
}

#[test]
fn wrap_up_is_about_the_call_that_was_talked_last_and_its_data_go_there() {
    let mut desk = Desk::new();
    assert_eq!(desk.model.wrap_up_call(), None);
    let key = desk.wrap_up(Direction::Inbound);
    // Missed meanwhile: not what the agent writes about.
    let missed = CallUpdate {
        direction: Some(Direction::Inbound),
        stage: Some(Stage::Alerting),
        ..CallUpdate::default()
    };
    desk.hear(Event::Call(at("missed"), Box::new(missed)));
    let ended = CallUpdate {
        stage: Some(Stage::Ended),
        ..CallUpdate::default()
    };
    desk.hear(Event::Call(at("missed"), Box::new(ended)));
    assert_eq!(desk.model.wrap_up_call(), Some(key));
    let command = Command::SetWrapUpData {
        call: key,
        text: "Sale".into(),
    };
    assert_eq!(
        desk.model.command_allowed(HUB, &command),
        Ok(()),
        "d1: by its own mask"
    );
    desk.call(CallUpdate {
        mask: Some(may([])),
        ..CallUpdate::default()
    });
    assert_eq!(desk.model.command_allowed(HUB, &command), Err(Off::ByServer));
    desk.state(AgentState::Ready);
    assert_eq!(desk.model.wrap_up_call(), None);
}

#[test]
fn wrap_up_data_are_lacking_only_where_they_are_required_possible_and_not_given() {
    for (setting, direction, lacks) in [
        (Some(WrapUpData::Required), Direction::Inbound, true),
        (Some(WrapUpData::RequiredWithData), Direction::Inbound, true),
        (Some(WrapUpData::Optional), Direction::Inbound, false),
        (Some(WrapUpData::NotAllowed), Direction::Inbound, false),
        (None, Direction::Inbound, false),
        (Some(WrapUpData::Required), Direction::Outbound, false),
    ] {
        let mut desk = Desk::new();
        desk.settings(DeskSettings {
            wrap_up_incoming: setting,
            wrap_up_outgoing: Some(WrapUpData::Optional),
            ..DeskSettings::default()
        });
        let key = desk.wrap_up(direction);
        assert_eq!(
            desk.model.lacks_wrap_up_data(HUB, key),
            lacks,
            "{setting:?} {direction:?}"
        );
        if lacks {
            desk.call(CallUpdate {
                mask: Some(may([])),
                ..CallUpdate::default()
            });
            assert!(
                !desk.model.lacks_wrap_up_data(HUB, key),
                "what cannot be given is not waited for"
            );
            desk.call(CallUpdate {
                mask: Some(may([Control::WrapUp])),
                wrap_up_data: Some(Cow::Borrowed("Sale")),
                ..CallUpdate::default()
            });
            assert!(!desk.model.lacks_wrap_up_data(HUB, key));
        }
    }
}

#[test]
fn wrap_ups_end_is_the_servers_word_first_and_the_settings_limit_else() {
    for ready_after in AFTER {
        let mut desk = Desk::new();
        desk.state(work(ready_after));
        let began = desk.time;
        assert_eq!(desk.model.wrap_up_end(), None, "unknown is unknown");
        desk.settings(DeskSettings {
            wrap_up_limit: Some(60),
            ..DeskSettings::default()
        });
        assert_eq!(desk.model.wrap_up_end(), Some(Moment(began + 60_000)));
        let told = Moment(began + 20_000);
        desk.update(&AgentUpdate {
            wrap_up: Some(Some(WrapUp {
                start: None,
                end: Some(told),
            })),
            ..AgentUpdate::default()
        });
        assert_eq!(desk.model.wrap_up_end(), Some(told));
        desk.state(AgentState::Ready);
        assert_eq!(desk.model.wrap_up_end(), None);
    }
}

#[test]
fn a_desk_is_idle_while_nothing_is_under_way_that_the_loss_of_the_page_would_disturb() {
    let stages = [
        (Stage::Begun, false),
        (Stage::Offered, false),
        (Stage::Alerting, false),
        (Stage::Dialling, false),
        (Stage::Connected, false),
        (Stage::Held, false),
        (Stage::Failed, true),
        (Stage::Ended, true),
    ];
    for (stage, is_idle) in stages {
        let mut desk = Desk::new();
        desk.call(CallUpdate {
            stage: Some(stage),
            ..CallUpdate::default()
        });
        assert_eq!(desk.model.is_idle(), is_idle, "an own call at {stage:?}");
    }
    let own_states = [
        (AgentState::Unknown, true),
        (AgentState::SignedOut, true),
        (AgentState::NotReady, true),
        (AgentState::Ready, true),
        (AgentState::Reserved, false),
        (AgentState::Talking, false),
        (AgentState::OnHold, false),
        (work(true), false),
        (work(false), false),
        (AgentState::WrapUp { ready_after: None }, false),
        (AgentState::BusyOther, true),
    ];
    for (state, is_idle) in own_states {
        let mut desk = Desk::new();
        desk.state(state);
        assert_eq!(desk.model.is_idle(), is_idle, "{state:?}");
    }
    let mut desk = Desk::new();
    desk.ask(1, Command::Ready);
    assert!(!desk.model.is_idle(), "a command is under way");
    desk.state(AgentState::Ready);
    assert!(desk.model.is_idle(), "it is done");
    desk.precall(Some(announced()));
    assert!(!desk.model.is_idle(), "a contact is on its way");
    desk.precall(None);
    assert!(desk.model.is_idle(), "it will not come");
}

#[test]
fn a_colleagues_call_does_not_keep_a_desk_from_being_idle() {
    let mut desk = Desk::new();
    desk.call(CallUpdate {
        stage: Some(Stage::Connected),
        agent: Some(Cow::Borrowed("somebody else")),
        ..CallUpdate::default()
    });
    assert!(desk.model.is_idle());
}
