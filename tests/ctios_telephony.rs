//! The telephony server behind the desk, as CTI OS tells of it: its link and how buttons follow it, failures of the
//! system, settings, skill groups and figures, media streams, and generic events. Rules by number.

mod ctios_rig;

use ctios_rig::{CALL, Desk, NOW};
use proptest::prelude::*;
use serde_json::{Value, json};
use switchhook::domain::agent::AgentState;
use switchhook::domain::command::{Command, Failure, InvokeId, Refusal};
use switchhook::domain::control::Control;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::model::{Off, Transition};
use switchhook::domain::settings::{CallData, DeskRule, GridKind, Listening, Sound, WrapUpData};
use switchhook::domain::skills::Assignable;
use switchhook::domain::telephony::{
    Link, Loss, Mode, NOTICES_KEPT, Part, STREAMS_KEPT, SWITCHES_KEPT, Side, StreamDirection, StreamKind,
    Telephony,
};
use switchhook::vendor::Oddity;
use switchhook::vendor::ctios::Outcome;
use switchhook::vendor::ctios::events::CtiEvent;
use switchhook::vendor::ctios::system::SYSTEM_EVENTS;

const SOURCE: SourceId = SourceId(0);
const ALL_BUTTONS: i64 = 0xFFBF_FFFF;

fn telephony(desk: &Desk) -> &Telephony {
    desk.model.telephony()
}

fn ready_button(desk: &Desk) -> Result<(), Off> {
    desk.model.allowed(SOURCE, Control::Ready, None)
}

/// A desk at a server whose masks allow everything.
fn connected() -> Desk {
    let mut desk = Desk::new();
    desk.tell("OnConnection", &json!({"EventTime": 1, "CurrentServer": "cti-a"}))
        .tell("OnSetAgentModeEvent", &json!({}))
        .tell(
            "OnAgentStateChange",
            &json!({"AgentState": 2, "AgentID": "1001", "UniqueObjectID": "agent.5000.1001", "EnablementMask": ALL_BUTTONS}),
        );
    desk.model.take_transitions();
    desk
}

fn with_settings(mut desk: Desk) -> Desk {
    desk.tell("OnGlobalSettingsDownloadConf", &settings());
    desk
}

fn settings() -> Value {
    json!({
        "ECC": {"user.Order": {}, "user.Lines[0]": {}, "user.Lines[1]": {}, "user.Lines[2]": {}},
        "Grid": {
            "AgentStatistics": {"columns": {
                "1": {"Type": "CallsHandledToToday", "Header": "Calls", "Width": 40},
                "2": {"Type": "AvgTalkTimeToday", "Header": "Talk"},
            }},
            "SkillGroupStatistics": {"columns": {}},
            "CallAppearance": {"columns": {"10": {"Type": "ANI", "Header": "From", "editable": "false", "maxchars": 20}}},
            "Extra": {"columns": {}},
        },
        "IPCCSilentMonitor": {"settings": {"MediaTerminationPort": 4000, "HeartBeatInterval": 5, "TOS": 0,
            "MonitoringIPPort": 39200, "HeartbeatTimeout": 15, "CCMBasedSilentMonitor": 1}},
        "Login": {"ConnectionProfiles": {"House": {"CtiOsA": "CTI-A", "CtiOsB": "cti-b", "PortA": 42028, "PortB": 42029,
            "Heartbeat": 5, "MaxHeartbeats": 3, "AutoLogin": 0, "WarnIfAlreadyLoggedIn": 1, "ShowFieldBitMask": 43,
            "RejectIfAlreadyLoggedIn": true, "PeripheralID": 5000, "IPCCSilentMonitorEnabled": 1, "TOS": false,
            "SwitchCapabilityBitMask": 1, "WarnIfSilentMonitored": 0, "RasCallMode": 0}}},
        "ScreenPreferences": {"MainScreen": {"AgentStatisticsIntervalSec": 15, "BringToFrontOnCall": 1,
            "FlashOnCall": 0, "RecordingEnabled": 1}},
        "SoundPreferences": {"DTMF": {"Mute": 1}, "DialTone": {"Mute": 0}, "OriginatingTone": {"Mute": 0},
            "RingInTone": {"Mute": 0, "File": "ring.wav"}, "All": {"Mute": 0}, "Gong": {"Mute": 1}},
        "House": {},
    })
}

// ---- the link ----

#[test]
fn r38_connected_is_told_at_first_and_after_every_loss() {
    let mut desk = Desk::new();
    assert_eq!(telephony(&desk).link, Link::Unsaid);
    desk.tell("OnConnection", &json!({"EventTime": 1, "CurrentServer": "cti-a"}));
    assert_eq!(telephony(&desk).link, Link::Up);
    assert_eq!(telephony(&desk).server.as_deref(), Some("cti-a"));
    desk.tell(
        "OnConnectionFailure",
        &json!({"FailedServer": "cti-a", "ReasonCode": 2}),
    )
    .tell("OnConnection", &json!({"CurrentServer": "cti-b"}));
    assert_eq!(telephony(&desk).link, Link::Up);
    assert_eq!(telephony(&desk).server.as_deref(), Some("cti-b"));
    let told: Vec<Transition> = desk.model.take_transitions();
    assert_eq!(told, [Transition::TelephonyDown, Transition::TelephonyBack]);
}

#[test]
fn r39_a_link_that_was_ended_on_purpose_is_not_a_loss() {
    let mut desk = connected();
    desk.tell("OnConnectionClosed", &json!({}));
    assert_eq!(telephony(&desk).link, Link::Closed);
    assert!(!telephony(&desk).is_down());
    assert_eq!(desk.model.take_transitions(), []);
    let mut desk = connected();
    desk.tell("OnConnectionFailure", &json!({"ReasonCode": 3}));
    assert!(telephony(&desk).is_down());
}

#[test]
fn r40_while_the_link_is_lost_buttons_are_off_and_nothing_need_be_done() {
    let mut desk = connected();
    assert_eq!(ready_button(&desk), Ok(()));
    desk.model.begin_command(InvokeId(1), Command::Ready, NOW);
    desk.tell(
        "OnConnectionFailure",
        &json!({"FailedServer": "cti-a", "ReasonCode": 1}),
    );
    assert_eq!(telephony(&desk).link, Link::Lost(Loss::Silence));
    assert_eq!(ready_button(&desk), Err(Off::TelephonyDown));
    let call = desk.model.calls.find(Ref::new(SOURCE, CALL));
    assert_eq!(
        desk.model.allowed(SOURCE, Control::Answer, call),
        Err(Off::TelephonyDown)
    );
    assert_eq!(desk.model.desk.failed[0].failure, Failure::ConnectionLost);
    assert!(desk.model.desk.in_flight.is_empty());
    // A sign of life is no connection; the same masks count again when there is one.
    desk.tell("OnHeartbeat", &json!({"EventTime": 5}));
    assert_eq!(ready_button(&desk), Err(Off::TelephonyDown));
    desk.tell("OnConnection", &json!({}));
    assert_eq!(ready_button(&desk), Ok(()));
}

#[test]
fn r40_another_sources_buttons_do_not_care() {
    let mut desk = connected();
    desk.model.begin_session(SourceId(1));
    desk.tell("OnConnectionFailure", &json!({}));
    assert!(desk.model.telephony_is_down(SOURCE));
    assert!(!desk.model.telephony_is_down(SourceId(1)));
    assert_eq!(telephony(&desk).link, Link::Lost(Loss::Unsaid));
}

#[test]
fn r41_missed_signs_of_life_are_counted_until_the_other_server_is_reached() {
    let mut desk = with_settings(connected());
    assert_eq!(telephony(&desk).side(), Some(Side::A));
    assert_eq!(telephony(&desk).misses_allowed(), Some(3));
    for missed in 1..3 {
        desk.tell(
            "OnMissingHeartbeat",
            &json!({"EventTime": 1, "ConsecutiveMissedHeartbeats": missed, "HeartbeatInterval": 5000}),
        );
        assert_eq!(telephony(&desk).link, Link::Late { missed });
        assert_eq!(ready_button(&desk), Ok(()), "late is not lost");
    }
    assert_eq!(telephony(&desk).heartbeat, Some(5000));
    desk.tell("OnHeartbeat", &json!({}));
    assert_eq!(telephony(&desk).link, Link::Up);
    desk.tell(
        "OnConnectionFailure",
        &json!({"FailedServer": "cti-a", "ReasonCode": "eMissedHeartbeats"}),
    );
    assert_eq!(telephony(&desk).link, Link::Lost(Loss::Silence));
    // What is still counted after the loss does not bring the link back.
    desk.tell("OnMissingHeartbeat", &json!({"ConsecutiveMissedHeartbeats": 9}));
    assert_eq!(telephony(&desk).link, Link::Lost(Loss::Silence));
    desk.tell("OnConnection", &json!({"CurrentServer": "cti-b"}));
    assert_eq!(telephony(&desk).side(), Some(Side::B));
}

#[test]
fn a_sign_of_life_of_a_good_link_redraws_nothing() {
    let mut desk = connected();
    let mut delta = switchhook::domain::Delta::default();
    desk.model.take_delta(&mut delta);
    desk.tell("OnHeartbeat", &json!({"EventTime": 1}));
    assert!(!desk.model.is_touched());
}

#[test]
fn r42_a_server_of_another_version_stays_away() {
    let mut desk = connected();
    desk.tell("OnConnectionRejected", &json!({}));
    assert_eq!(telephony(&desk).link, Link::Rejected);
    assert_eq!(ready_button(&desk), Err(Off::TelephonyDown));
    desk.tell("OnHeartbeat", &json!({}));
    assert_eq!(telephony(&desk).link, Link::Rejected);
}

#[test]
fn r43_after_a_sign_in_that_failed_one_can_sign_in_again() {
    for (code, kind) in [
        (11, Refusal::BadAgentData),
        (12, Refusal::AlreadySignedIn),
        (4, Refusal::NotPermitted),
    ] {
        let mut desk = Desk::new();
        desk.tell(
            "OnButtonEnablementChange",
            &json!({"EnablementMask": 0x0100_0000}),
        );
        let sign_in = Command::SignIn {
            login_id: "1001".into(),
            extension: "4001".into(),
        };
        desk.model.begin_command(InvokeId(1), sign_in, NOW);
        desk.tell(
            "OnCTIOSFailure",
            &json!({"FailureCode": code, "ErrorMessage": "no"}),
        )
        .tell("OnConnectionClosed", &json!({}));
        let Failure::Refused {
            kind: refusal,
            meaning,
            ..
        } = &desk.model.desk.failed[0].failure
        else {
            panic!()
        };
        assert_eq!(*refusal, kind);
        assert!(meaning.unwrap().ends_with('.'));
        assert_eq!(desk.model.allowed(SOURCE, Control::SignIn, None), Ok(()));
    }
}

// ---- the system behind the link ----

#[test]
fn r44_system_events_come_with_one_failure_code_and_name_a_switch_only_where_it_is_one() {
    let mut desk = connected();
    let event = |number: i64, switch: Option<i64>| {
        let mut fields = json!({"FailureCode": 10, "SystemEventID": number, "ErrorMessage": "x"});
        if let Some(switch) = switch {
            fields["SystemEventArg1"] = json!(switch);
        }
        fields
    };
    desk.tell("OnCTIOSFailure", &event(4, Some(5000)));
    assert_eq!(telephony(&desk).switches_out, [5000]);
    assert_eq!(ready_button(&desk), Ok(()), "it may be somebody else's switch");
    desk.tell("OnCTIOSFailure", &event(4, Some(5000)))
        .tell("OnCTIOSFailure", &event(3, Some(5000)));
    assert!(telephony(&desk).switches_out.is_empty());
    desk.tell("OnCTIOSFailure", &event(4, None));
    assert_eq!(desk.oddities.of(Oddity::MissingIdentity), 1);
    // A code that comes without an event, and an event that comes without the code.
    desk.tell("OnCTIOSFailure", &json!({"FailureCode": 10}));
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
    desk.tell("OnCTIOSFailure", &json!({"SystemEventID": 2}));
    assert!(telephony(&desk).is_out(Part::Router));
    for switch in 0..100 {
        desk.tell("OnCTIOSFailure", &event(4, Some(switch)));
    }
    assert_eq!(telephony(&desk).switches_out.len(), SWITCHES_KEPT);
}

#[test]
fn c10_parts_of_the_system_go_and_come_back() {
    for (off, on, part, stops) in [
        (2, 1, Part::Router, false),
        (6, 3, Part::Gateway, false),
        (7, 8, Part::Server, true),
        (7, 15, Part::Server, true),
        (10, 11, Part::Phone, false),
        (13, 12, Part::Driver, true),
        (14, 8, Part::DeskServer, true),
        (14, 15, Part::DeskServer, true),
        (17, 16, Part::StateSummary, false),
    ] {
        let mut desk = connected();
        let tell = |desk: &mut Desk, number: i64| {
            let fields = json!({"FailureCode": 10, "SystemEventID": number, "SystemEventArg1": 1});
            desk.tell("OnCTIOSFailure", &fields);
        };
        tell(&mut desk, off);
        assert!(telephony(&desk).is_out(part), "{off}");
        let expected = if stops { Err(Off::TelephonyDown) } else { Ok(()) };
        assert_eq!(ready_button(&desk), expected, "{off}");
        tell(&mut desk, on);
        assert!(!telephony(&desk).is_out(part), "{on}");
        assert_eq!(ready_button(&desk), Ok(()));
    }
}

#[test]
fn a_new_link_says_anew_what_is_out_of_order() {
    let mut desk = connected();
    desk.tell("OnCTIOSFailure", &json!({"FailureCode": 10, "SystemEventID": 7}))
        .tell("OnConnection", &json!({"CurrentServer": "cti-b"}));
    assert_eq!(ready_button(&desk), Ok(()));
    desk.tell("OnConnectionFailure", &json!({}));
    desk.model.begin_session(SOURCE);
    assert_eq!(
        telephony(&desk).link,
        Link::Unsaid,
        "another session of the hub's"
    );
}

#[test]
fn people_are_told_in_sentences_and_only_what_concerns_them() {
    let mut desk = connected();
    for (number, _, _, text) in SYSTEM_EVENTS {
        desk.model.take_transitions();
        let before = telephony(&desk).notices.len();
        let fields = json!({"FailureCode": 10, "SystemEventID": number, "SystemEventArg1": 5000});
        desk.tell("OnCTIOSFailure", &fields);
        let told = telephony(&desk).notices.len() > before;
        assert_eq!(told, !text.is_empty(), "{number}");
        if told {
            assert_eq!(&*telephony(&desk).notices.back().unwrap().text, text);
            assert!(desk.model.take_transitions().contains(&Transition::Notice));
        }
    }
    // Free text is the server's; an undocumented code has the server's words and its number.
    desk.tell(
        "OnCTIOSFailure",
        &json!({"FailureCode": 10, "SystemEventID": 5, "ErrorMessage": "Lift is broken"}),
    );
    assert_eq!(&*telephony(&desk).notices.back().unwrap().text, "Lift is broken");
    desk.tell("OnFailure", &json!({"FailureCode": 99, "ErrorMessage": "Odd"}));
    let notice = telephony(&desk).notices.back().unwrap();
    assert_eq!((&*notice.text, notice.code), ("Odd", Some(99)));
    assert_eq!(desk.oddities.of(Oddity::UnknownValue), 1);
    for _ in 0..100 {
        desk.tell("OnFailure", &json!({"ErrorMessage": "Odd"}));
    }
    assert_eq!(telephony(&desk).notices.len(), NOTICES_KEPT);
}

#[test]
fn r72_a_refusal_because_the_server_is_offline_turns_the_buttons_off_until_it_is_back() {
    let mut desk = connected();
    desk.model.begin_command(InvokeId(3), Command::Ready, NOW);
    desk.tell("OnControlFailureConf", &json!({"InvokeID": 3, "FailureCode": 15}));
    let Failure::Refused { kind, .. } = desk.model.desk.failed[0].failure else {
        panic!()
    };
    assert_eq!(kind, Refusal::ServerOffline);
    assert_eq!(ready_button(&desk), Err(Off::TelephonyDown));
    desk.tell("OnSetAgentModeEvent", &json!({}));
    assert_eq!(
        ready_button(&desk),
        Ok(()),
        "whoever is in agent mode has a server"
    );
}

#[test]
fn modes_are_told_and_a_desk_without_an_agent_has_no_mask() {
    let mut desk = connected();
    assert_eq!(telephony(&desk).mode, Some(Mode::Agent));
    desk.tell("OnMonitorModeEstablished", &json!({}));
    assert_eq!(telephony(&desk).mode, Some(Mode::Monitor));
    desk.tell("OnCurrentAgentReset", &json!({"UniqueObjectID": "call.5000.9"}));
    assert_eq!(ready_button(&desk), Ok(()), "that was no agent of ours");
    desk.tell(
        "OnCurrentAgentReset",
        &json!({"UniqueObjectID": "agent.5000.1001"}),
    );
    assert_eq!(ready_button(&desk), Err(Off::NoMask));
}

// ---- settings ----

#[test]
fn the_settings_of_all_desks_are_a_tree_in_words() {
    let desk = with_settings(connected());
    let site = telephony(&desk).site.as_deref().unwrap();
    let data = |name: &str, size| CallData {
        name: name.into(),
        size,
    };
    assert_eq!(
        site.call_data,
        [data("user.Lines", Some(3)), data("user.Order", None)]
    );
    assert_eq!(site.grids.len(), 4);
    assert_eq!(
        site.heading(&GridKind::Agent, "callshandledtotoday"),
        Some("Calls")
    );
    assert_eq!(site.heading(&GridKind::Calls, "ANI"), Some("From"));
    assert_eq!(site.heading(&GridKind::SkillGroup, "ANI"), None);
    let calls = site
        .grids
        .iter()
        .find(|grid| grid.kind == GridKind::Calls)
        .unwrap();
    assert_eq!(
        (calls.columns[0].editable, calls.columns[0].most_letters),
        (Some(false), Some(20))
    );
    assert!(
        site.grids
            .iter()
            .any(|grid| grid.kind == GridKind::Other("Extra".into()))
    );
    assert_eq!(site.silent_monitor.media_port, Some(4000));
    assert_eq!(site.silent_monitor.port, Some(39200));
    assert_eq!(
        (site.silent_monitor.heartbeat, site.silent_monitor.patience),
        (Some(5), Some(15))
    );
    assert_eq!(site.silent_monitor.marked_urgent, Some(false));
    let profile = &site.profiles[0];
    assert_eq!(
        (&*profile.name, profile.server_b.as_deref()),
        ("House", Some("cti-b"))
    );
    assert_eq!((profile.port_a, profile.port_b), (Some(42028), Some(42029)));
    assert_eq!(
        (
            profile.signs_in,
            profile.warns_if_signed_in,
            profile.refuses_if_signed_in
        ),
        (Some(false), Some(true), Some(true))
    );
    assert_eq!(
        (
            profile.switch,
            profile.fields_shown,
            profile.switch_abilities,
            profile.remote_agents
        ),
        (Some(5000), Some(43), Some(1), Some(0))
    );
    assert_eq!(
        (
            profile.silent_monitor,
            profile.warns_if_monitored,
            profile.marked_urgent
        ),
        (Some(true), Some(false), Some(false))
    );
    assert_eq!((profile.heartbeat, profile.misses_allowed), (Some(5), Some(3)));
    assert_eq!(site.screen.statistics_every, Some(15));
    assert_eq!(
        (
            site.screen.comes_to_front,
            site.screen.flashes,
            site.screen.records
        ),
        (Some(true), Some(false), Some(true))
    );
    assert_eq!(site.sounds.len(), 6);
    for (sound, muted) in [
        (Sound::Keys, true),
        (Sound::DialTone, false),
        (Sound::Dialling, false),
        (Sound::Ringing, false),
        (Sound::All, false),
        (Sound::Other("Gong".into()), true),
    ] {
        assert!(site.sounds.contains(&(sound, Some(muted))), "{:?}", site.sounds);
    }
    let custom: Vec<&str> = site.custom.iter().map(|(path, _)| &**path).collect();
    assert_eq!(
        custom,
        [
            "Grid/AgentStatistics/columns/1/Width",
            "House",
            "SoundPreferences/RingInTone/File",
        ]
    );
    assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
}

#[test]
fn settings_that_cannot_be_read_are_counted_and_their_neighbours_stay() {
    let mut desk = Desk::new();
    desk.tell(
        "OnGlobalSettingsDownloadConf",
        &json!({"Login": {"ConnectionProfiles": {"House": {"PortA": "many", "PortB": 1, "CtiOsA": null}}},
            "Grid": 7, "ECC": [], "ScreenPreferences": {"MainScreen": null, "Own": {"a": 1}}}),
    );
    let profile = &telephony(&desk).site.as_deref().unwrap().profiles[0];
    assert_eq!((profile.port_a, profile.port_b), (None, Some(1)));
    assert_eq!(desk.oddities.of(Oddity::UnreadableField), 1);
}

#[test]
fn r86_the_settings_say_who_lets_supervisors_listen_in() {
    let desk = with_settings(connected());
    let site = telephony(&desk).site.as_deref().unwrap();
    assert_eq!(site.listening(), Listening::ByPhoneSystem);
    let mut desk = Desk::new();
    desk.tell(
        "OnGlobalSettingsDownloadConf",
        &json!({"IPCCSilentMonitor": {"settings": {"CCMBasedSilentMonitor": 0}}}),
    );
    assert_eq!(
        telephony(&desk).site.as_deref().unwrap().listening(),
        Listening::ByDesks
    );
}

#[test]
fn r66_the_desk_settings_are_an_answer_and_settings() {
    let mut desk = connected();
    desk.model.begin_command(InvokeId(5), Command::Ready, NOW);
    desk.tell(
        "OnAgentDeskSettingsConf",
        &json!({"InvokeID": 5, "PeripheralID": 5000, "DeskSettingsMask": 0x2018, "WrapupDataIncomingMode": 3,
            "WrapupDataOutgoingMode": "Not allowed", "LogoutNonActivityTime": 600, "QualityRecordingRate": 2,
            "RingNoAnswerTime": 20, "SilentMonitorWarningMessage": 1, "SilentMonitorAudibleIndication": 0,
            "SupervisorAssistCallMethod": 1, "EmergencyCallMethod": 0, "AutoRecordOnEmergency": 1, "RecordingMode": 0,
            "WorkModeTimer": 30, "RingNoAnswerDN": 4711}),
    );
    assert!(desk.model.desk.in_flight.is_empty(), "it confirms success");
    let settings = desk.model.desk.desk_settings.as_deref().unwrap();
    for (rule, expected) in [
        (DeskRule::NotReadyNeedsReason, true),
        (DeskRule::SignOutNeedsReason, true),
        (DeskRule::ChoosesGroups, true),
        (DeskRule::AnswersByItself, false),
    ] {
        assert_eq!(settings.rules.has(rule), expected, "{rule:?}");
    }
    assert_eq!(settings.wrap_up_incoming, Some(WrapUpData::RequiredWithData));
    assert_eq!(settings.wrap_up_outgoing, Some(WrapUpData::NotAllowed));
    assert_eq!((settings.idle_limit, settings.ring_limit), (Some(600), Some(20)));
    assert_eq!(
        (settings.wrap_up_limit, settings.unanswered_to),
        (Some(30), Some(4711))
    );
    assert_eq!(settings.recording_rate, Some(2));
    assert_eq!(
        (settings.warns_if_monitored, settings.clicks_if_monitored),
        (Some(true), Some(false))
    );
    assert_eq!(
        (settings.assist_joins_at_once, settings.emergency_joins_at_once),
        (Some(true), Some(false))
    );
    assert_eq!(
        (settings.records_emergencies, settings.records_by_phone_system),
        (Some(true), Some(false))
    );
}

// ---- skill groups and figures ----

#[test]
fn the_agents_assignment_comes_at_sign_in() {
    let mut desk = Desk::new();
    desk.tell(
        "OnQueryAgentStateConf",
        &json!({"AgentID": "1001", "AgentState": 3, "NumSkillGroups": 2, "MRDID": 1, "NumTasks": 1, "MaxTaskLimit": 4,
            "AgentMode": "NOT ROUTABLE", "AgentAvailabilityStatus": 1, "ICMAgentID": 5001,
            "SkillGroup[0]": {"SkillGroupNumber": 7, "SkillGroupID": 5007, "SkillGroupPriority": 2, "SkillGroupState": 3},
            "Skillgroup[1]": {"SkillGroupNumber": -1, "SkillGroupID": "NULL_SKILL_GROUP", "SkillGroupPriority": 0}}),
    );
    let assignment = desk.model.desk.assignment.as_deref().unwrap();
    assert_eq!((assignment.tasks, assignment.most_tasks), (Some(1), Some(4)));
    assert_eq!(
        (assignment.routable, assignment.assignable),
        (Some(false), Some(Assignable::ByRouter))
    );
    let [first, second] = assignment.skill_groups[..] else {
        panic!()
    };
    assert_eq!(
        (first.number, first.id, first.priority),
        (Some(7), Some(5007), Some(2))
    );
    assert_eq!(first.state, Some(AgentState::Ready));
    assert_eq!((second.number, second.id, second.priority), (None, None, None));
}

#[test]
fn r84_figures_are_those_that_the_server_is_set_to_tell() {
    let mut desk = with_settings(connected());
    let me = desk.model.desk.me.unwrap();
    desk.tell(
        "OnAgentStatistics",
        &json!({"PeripheralID": 5000, "AgentID": "1001", "AgentExtension": "4001", "CallsHandledToToday": 12,
            "AvgTalkTimeToday": "61"}),
    );
    let figures = desk.model.statistics(me).unwrap();
    assert_eq!(figures.get("CallsHandledToToday"), Some("12"));
    assert_eq!(figures.columns.len(), 2);
    desk.tell("OnAgentStatistics", &json!({"CallsHandledToToday": 13}));
    let figures = desk.model.statistics(me).unwrap();
    assert_eq!(figures.get("callshandledtotoday"), Some("13"));
    assert_eq!(figures.get("AvgTalkTimeToday"), None, "not told is not known");
    desk.tell(
        "OnAgentStatistics",
        &json!({"AgentID": "1002", "CallsHandledToToday": 3}),
    );
    let other = desk.model.agents.find(Ref::new(SOURCE, "1002")).unwrap();
    assert_eq!(
        desk.model.statistics(other).unwrap().get("CallsHandledToToday"),
        Some("3")
    );
    assert_eq!(desk.oddities.of(Oddity::UnknownField), 0);
}

#[test]
fn skill_groups_have_names_and_figures() {
    let mut desk = Desk::new();
    desk.tell(
        "OnSkillInfoEvent",
        &json!({"SkillGroupNumber": 7, "SkillGroupName": "Sales"}),
    )
    .tell(
        "OnSkillGroupStatisticsUpdated",
        &json!({"PeripheralID": 5000, "SkillGroupNumber": 7, "SkillGroupID": 5007,
                "STATISTICS": {"CallsQueuedNow": 4, "Nested": {"x": 1}}}),
    )
    .tell(
        "OnSnapshotSkillGroupList",
        &json!({"SkillGroup[1]": {"SkillGroupNumber": 8, "SkillGroupName": "Care"}, "Count": 1}),
    );
    assert_eq!(telephony(&desk).skill_group_name(7), Some("Sales"));
    assert_eq!(telephony(&desk).skill_group_name(8), Some("Care"));
    let sales = &telephony(&desk).skill_groups[0];
    assert_eq!(
        (sales.id, sales.statistics.get("CallsQueuedNow")),
        (Some(5007), Some("4"))
    );
    assert_eq!(sales.statistics.columns.len(), 1);
    desk.tell("OnSkillInfoEvent", &json!({"SkillGroupName": "Nameless"}));
    assert_eq!(desk.oddities.of(Oddity::MissingIdentity), 1);
    for number in 0..1_000 {
        desk.tell("OnSkillInfoEvent", &json!({"SkillGroupNumber": number}));
    }
    assert_eq!(telephony(&desk).skill_groups.len(), 500);
}

// ---- media streams, lines, generic events ----

#[test]
fn media_streams_flow_until_they_are_stopped() {
    let mut desk = Desk::new();
    let stream =
        json!({"ConnectionCallID": 77, "Direction": 0, "RTPType": 0, "AgentID": "1001", "BitRate": 0});
    desk.tell("OnCallRTPStarted", &stream)
        .tell("OnCallRTPStarted", &stream);
    let [flowing] = &telephony(&desk).streams[..] else {
        panic!()
    };
    assert_eq!(
        (flowing.connection.as_deref(), flowing.direction, flowing.kind),
        (Some("77"), Some(StreamDirection::In), Some(StreamKind::Audio))
    );
    desk.tell(
        "OnCallRTPStopped",
        &json!({"ConnectionCallID": "77", "Direction": "Input", "RTPType": "Audio"}),
    );
    assert!(telephony(&desk).streams.is_empty());
    for connection in 0..100 {
        desk.tell("OnCallRTPStarted", &json!({"ConnectionCallID": connection}));
    }
    assert_eq!(telephony(&desk).streams.len(), STREAMS_KEPT);
    desk.tell("OnConnectionFailure", &json!({}));
    assert!(
        telephony(&desk).streams.is_empty(),
        "nobody says any more whether they flow"
    );
}

#[test]
fn r77_the_line_of_a_dialled_call_is_told_where_the_switch_knows_it() {
    let mut desk = Desk::new();
    desk.tell(
        "OnMakeCallConf",
        &json!({"NewConnectionCallID": 1, "LineHandle": 2, "LineType": 0}),
    );
    assert_eq!(telephony(&desk).line, Some(2));
    for unknown in [json!(0xFFFF), json!(-1), json!("65535")] {
        desk.tell("OnMakeCallConf", &json!({"LineHandle": 2}))
            .tell("OnMakeCallConf", &json!({"LineHandle": unknown}));
        assert_eq!(telephony(&desk).line, None, "{unknown}");
    }
}

#[test]
fn c36_a_generic_event_is_the_one_it_wraps() {
    let ringing = json!({"UniqueObjectID": CALL, "CallStatus": 2});
    for wrapped in [
        json!({"iEventID": "eCallBeginEvent", "rArgs": ringing}),
        json!({"iEventID": "OnCallBegin", "args": ringing}),
        json!({"sender": null, "eventArgs": {"iEventID": "OnCallBegin", "rArgs": ringing}}),
        json!({"iEventID": "OnCallBegin", "args": {"rArgs": ringing}}),
    ] {
        let mut desk = Desk::new();
        let outcome = desk.receive(&json!(["OnEvent", wrapped]).to_string());
        assert_eq!(outcome, Ok(Outcome::Told(CtiEvent::CallBegin)), "{wrapped}");
        assert!(desk.call().stage.is_live());
        assert!(desk.oddities.is_empty(), "{:?}", desk.oddities);
    }
    for wrapped in [
        json!({"iEventID": 2_359_340}),
        json!({}),
        json!({"iEventID": "OnEvent", "rArgs": {}}),
        json!(7),
    ] {
        let mut desk = Desk::new();
        let outcome = desk.receive(&json!(["OnEvent", wrapped]).to_string());
        assert_eq!(outcome, Ok(Outcome::Unknown), "{wrapped}");
        assert_eq!(desk.oddities.of(Oddity::UnknownEvent), 1);
    }
    let mut desk = Desk::new();
    assert!(
        desk.receive(r#"["OnEvent",{"iEventID":"OnCallBegin","rArgs":{"#)
            .is_err()
    );
}

// ---- awkward bytes ----

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Events with nested Arguments, cut and with bytes replaced: none panics, and the desk goes on.
    #[test]
    fn mutated_trees_panic_nowhere(
        choice in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(b"{}[]\",:\\0-e n".to_vec())), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let group = json!({"SkillGroupNumber": 7, "SkillGroupPriority": 0});
        let whole = [
            json!(["OnGlobalSettingsDownloadConf", settings()]),
            json!(["OnEvent", {"eventArgs": {"iEventID": "eCallBeginEvent", "rArgs": {"UniqueObjectID": CALL, "ECC": settings()}}}]),
            json!(["OnQueryAgentStateConf", {"AgentID": "1001", "SkillGroup[0]": group, "SkillGroup[1]": [group]}]),
            json!(["OnSkillGroupStatisticsUpdated", {"SkillGroupID": 1, "STATISTICS": {"a": {"b": [1]}, "c": 1.5}}]),
        ][choice].to_string();
        let mut bytes = whole.into_bytes();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let mut desk = connected();
        let _ = desk.receive(&String::from_utf8_lossy(&bytes));
        desk.tell("OnConnection", &json!({}));
        prop_assert_eq!(ready_button(&desk), Ok(()));
    }
}
