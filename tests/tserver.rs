//! Genesys T-Server: every rule R94–R110 and every irregularity with a reading, as far as a client can show it.

use proptest::prelude::*;
use switchhook::domain::{Event, Moment};
use switchhook::protocol::message::Payload;
use switchhook::vendor::json::Text;
use switchhook::vendor::tserver::events::{Code, Kind, Presence, ServerRole};
use switchhook::vendor::tserver::request::{
    Monitoring, PENDING_KEPT, References, Request, RequestError, RequestKind, SUBSCRIPTIONS_KEPT, Sent,
};
use switchhook::vendor::tserver::resync::{Known, Output, Resync};
use switchhook::vendor::tserver::{self, Message, Site, TServerEvent};
use switchhook::vendor::{Oddities, Oddity, Unreadable, time::Zone};

const TIME: &str = "2024-05-06T07:08:09Z";

fn with<R>(json: &str, take: impl FnOnce(&Message<'_>) -> R) -> (R, Oddities) {
    let mut oddities = Oddities::default();
    let taken = tserver::read(
        Payload::from_json(json),
        Zone::default(),
        &mut oddities,
        |message, _| take(message),
    );
    (taken.unwrap(), oddities)
}

/// The domain events of a message, in words that can be compared.
fn told(json: &str) -> (Vec<String>, Oddities) {
    let mut oddities = Oddities::default();
    let mut told = Vec::new();
    tserver::decode(
        Payload::from_json(json),
        &Site::default(),
        &mut oddities,
        &mut |stamp, event| match event {
            Event::Agent(agent, update) => {
                assert_eq!(stamp, Some(Moment(1_714_979_289_000)));
                assert_eq!(update.named_state, None, "a reservation is no state");
                told.push(format!("agent {} at {:?}", agent.id, update.extension));
            }
            Event::Reserved(agent, duration) => {
                assert_eq!(stamp, Some(Moment(1_714_979_289_000)));
                told.push(format!("agent {} reserved for {duration:?}", agent.id));
            }
            Event::Call(call, update) => told.push(format!("call {} {:?}", call.id, update.data)),
            other => told.push(format!("{other:?}")),
        },
    )
    .unwrap();
    (told, oddities)
}

fn event(name: &str, more: &str) -> String {
    format!(r#"[{{"Event":"{name}","Server":"ts-1","time":"{TIME}"{more}}}]"#)
}

fn acknowledgement(reference: i64, more: &str) -> String {
    event("EventACK", &format!(r#","ReferenceID":{reference}{more}"#))
}

/// One client: its references and its machine.
#[derive(Default)]
struct Client {
    references: References,
    machine: Resync,
}

impl Client {
    fn hears(&mut self, json: &str) -> Output {
        self.hears_of(
            json,
            Known {
                device: Some("2001"),
                calls: &["c1", "c2"],
            },
        )
    }

    fn hears_of(&mut self, json: &str, known: Known<'_>) -> Output {
        with(json, |message| {
            let answered = self.references.settle(message);
            self.machine
                .step(message, answered.as_ref(), known, &mut self.references)
        })
        .0
    }

    fn primary_changes(&mut self) -> Output {
        self.hears(&format!(r#"[{{"Event":"EventPrimaryChanged","time":"{TIME}"}}]"#))
    }
}

fn asked(output: Output) -> Vec<Sent> {
    match output {
        Output::Ask(sent) => sent,
        other => panic!("{other:?}"),
    }
}

#[test]
fn r94_an_acknowledgement_is_matched_by_its_reference() {
    let acknowledged = RequestKind::ALL.iter().filter(|kind| kind.is_acknowledged());
    assert_eq!(acknowledged.count(), 6);
    let mut references = References::default();
    let other = |kind| Request::Other {
        kind,
        parameters: Vec::new(),
    };
    let first = references.number(other(RequestKind::TSetInputMask));
    let second = references.number(other(RequestKind::TSendUserEvent));
    assert_ne!(first.reference, second.reference);
    let ack = acknowledgement(second.reference, r#","UserEvent":"TSendUserEvent""#);
    let settled = with(&ack, |message| references.settle(message)).0;
    assert_eq!(settled, Some(second));
    // The same answer again answers nothing; nor does one that names another request.
    assert_eq!(with(&ack, |message| references.settle(message)).0, None);
    let foreign = acknowledgement(first.reference, r#","UserEvent":"TPrivateService""#);
    assert_eq!(with(&foreign, |message| references.settle(message)).0, None);
    let by_number = acknowledgement(first.reference, r#","UserEvent":77"#);
    assert_eq!(
        with(&by_number, |message| references.settle(message)).0,
        Some(first)
    );
    let ((), oddities) = with(&event("EventACK", ""), |_| ());
    assert_eq!(oddities.of(Oddity::MissingField), 1);
}

#[test]
fn r95_a_subscription_is_kept_from_its_start_to_its_stop() {
    let mut references = References::default();
    let start = references.number(Request::TransactionMonitoring(Monitoring::Start));
    let ack = acknowledgement(start.reference, r#","SubscriptionID":"s-9""#);
    with(&ack, |message| references.settle(message));
    assert_eq!(references.subscriptions().collect::<Vec<_>>(), ["s-9"]);
    let modify = Request::TransactionMonitoring(Monitoring::Modify {
        subscription: "s-9".into(),
    });
    let modify = references.number(modify);
    assert_eq!(
        modify.request.encode(modify.reference).unwrap(),
        r#"[{"Request":"TTransactionMonitoring","ReferenceID":2,"Operation":"SubscriptionModify","SubscriptionID":"s-9"}]"#
    );
    with(&acknowledgement(modify.reference, ""), |message| {
        references.settle(message)
    });
    assert_eq!(references.subscriptions().count(), 1);
    let stop = references.number(Request::TransactionMonitoring(Monitoring::Stop {
        subscription: "s-9".into(),
    }));
    with(&acknowledgement(stop.reference, ""), |message| {
        references.settle(message)
    });
    assert_eq!(references.subscriptions().count(), 0);
    // Bounded, whatever a server does.
    for number in 0..200 {
        let start = references.number(Request::TransactionMonitoring(Monitoring::Start));
        let ack = acknowledgement(start.reference, &format!(r#","SubscriptionID":"{number}""#));
        with(&ack, |message| references.settle(message));
    }
    assert_eq!(references.subscriptions().count(), SUBSCRIPTIONS_KEPT);
}

#[test]
fn r96_a_reservation_names_at_least_one_of_three() {
    let nobody = Request::ReserveAgent {
        agent: None,
        place: None,
        device: None,
        timeout: 1000,
    };
    assert_eq!(nobody.encode(1), Err(RequestError::NobodyToReserve));
    let (events, oddities) = told(&event("EventAgentReserved", r#","Timeout":1000"#));
    assert!(events.is_empty());
    assert_eq!(oddities.of(Oddity::MissingIdentity), 1);
    // A device alone is a full reservation, and no agent is made up for it.
    let (events, oddities) = told(&event("EventAgentReserved", r#","ThisDN":"2001""#));
    assert!(events.is_empty() && oddities.is_empty());
    let (events, _) = told(&event(
        "EventAgentReserved",
        r#","AgentID":"4711","ThisDN":"2001""#,
    ));
    assert_eq!(
        events,
        [r#"agent 4711 at Some("2001")"#, "agent 4711 reserved for None"]
    );
    // Unless the site knows its agents by their devices.
    let mut whose = Vec::new();
    let site = Site {
        agents_by_device: true,
        ..Site::default()
    };
    let json = event(
        "EventAgentReserved",
        r#","AgentID":"4711","ThisDN":"2001","Timeout":5"#,
    );
    let decoded = tserver::decode(
        Payload::from_json(&json),
        &site,
        &mut Oddities::default(),
        &mut |_, event| {
            if let Event::Reserved(agent, duration) = event {
                whose.push((agent.id.to_owned(), duration));
            }
        },
    );
    assert!(decoded.is_ok());
    assert_eq!(whose, [("2001".to_owned(), Some(5))]);
}

#[test]
fn r97_the_timeout_is_in_milliseconds() {
    let reserve = |timeout| Request::ReserveAgent {
        agent: Some("4711".into()),
        place: None,
        device: Some("2001".into()),
        timeout,
    };
    assert_eq!(
        reserve(20_000).encode(7).unwrap(),
        r#"[{"Request":"TReserveAgent","ReferenceID":7,"AgentID":"4711","ThisDN":"2001","Timeout":20000}]"#
    );
    assert_eq!(reserve(0).encode(7), Err(RequestError::NoTime));
    let timeout = |json: &str| {
        let json = event(
            "EventAgentReserved",
            &format!(r#","AgentID":"4711","Timeout":{json}"#),
        );
        with(&json, |message| match &message.event {
            TServerEvent::AgentReserved(reservation) => reservation.timeout,
            other => panic!("{other:?}"),
        })
        .0
    };
    assert_eq!(timeout("20000"), Some(20_000));
    assert_eq!(timeout("\"20000\""), Some(20_000));
    assert_eq!(timeout("-1"), None);
}

#[test]
fn r98_a_reservation_that_others_asked_for_is_expected() {
    let mut references = References::default();
    let json = event("EventAgentReserved", r#","AgentID":"4711","ReferenceID":99"#);
    assert_eq!(with(&json, |message| references.settle(message)).0, None);
    assert_eq!(told(&json).0.len(), 1);
    let json = event("EventAgentReserved", r#","AgentID":"4711""#);
    let (events, oddities) = told(&json);
    assert_eq!(events.len(), 1);
    assert!(oddities.is_empty());
    // A number that is ours by chance and belongs to a request of another kind is not answered by it.
    let query = references.number(Request::QueryLocation);
    let json = event(
        "EventAgentReserved",
        &format!(r#","AgentID":"4711","ReferenceID":{}"#, query.reference),
    );
    assert_eq!(with(&json, |message| references.settle(message)).0, None);
}

#[test]
fn r99_private_information_is_an_answer_or_a_notice() {
    let mut references = References::default();
    let service = references.number(Request::Other {
        kind: RequestKind::TPrivateService,
        parameters: vec![("ServiceID".into(), "3".into())],
    });
    let answer = event(
        "EventPrivateInfo",
        &format!(
            r#","PrivateEvent":4010,"UserData":{{"a":"b"}},"ReferenceID":{}"#,
            service.reference
        ),
    );
    assert!(with(&answer, |message| references.settle(message)).0.is_some());
    let notice = event("EventPrivateInfo", r#","PrivateEvent":"Recording","ConnID":"c1""#);
    let (code, oddities) = with(&notice, |message| match &message.event {
        TServerEvent::PrivateInfo {
            private_event: Some(Code::Name(name)),
            call,
            ..
        } => (name.boxed(), call.map(Text::boxed), message.reference),
        other => panic!("{other:?}"),
    });
    assert_eq!(code, ("Recording".into(), Some("c1".into()), None));
    assert!(oddities.is_empty());
}

#[test]
fn r100_a_private_event_that_never_comes_is_not_waited_for() {
    let mut references = References::default();
    for _ in 0..1000 {
        references.number(Request::Other {
            kind: RequestKind::TPrivateService,
            parameters: Vec::new(),
        });
    }
    assert_eq!(references.pending().count(), PENDING_KEPT);
    assert_eq!(references.give_up().len(), PENDING_KEPT);
    assert_eq!(references.pending().count(), 0);
}

#[test]
fn r101_a_user_event_keeps_what_its_sender_added() {
    let json = event(
        "EventUserEvent",
        r#","ThisDN":"2001","Colour":"red","ConnID":"c1""#,
    );
    let (kept, oddities) = with(&json, |message| {
        (
            message.extras.get("Colour").map(str::to_owned),
            message.extras.get("ConnID").map(str::to_owned),
        )
    });
    assert_eq!(kept, (Some("red".into()), Some("c1".into())));
    assert!(oddities.is_empty());
    // In another event it is kept as well, and counted.
    let json = event("EventHardwareError", r#","Colour":"red""#);
    let (kept, oddities) = with(&json, |message| message.extras.get("Colour").map(str::to_owned));
    assert_eq!(kept, Some("red".into()));
    assert_eq!(oddities.of(Oddity::UnknownField), 1);
}

#[test]
fn r102_a_new_primary_is_asked_for_location_and_device_or_calls() {
    let mut client = Client::default();
    let sent = asked(client.primary_changes());
    let requests: Vec<_> = sent.iter().map(|sent| sent.request.clone()).collect();
    assert_eq!(
        requests,
        [
            Request::QueryLocation,
            Request::QueryAddress {
                device: "2001".into()
            }
        ]
    );
    assert!(!client.machine.is_synchronised());
    let references: Vec<_> = sent.iter().map(|sent| sent.reference).collect();
    // Any event with the number is an answer, whether or not the document has it.
    let first = event(
        "EventLocationInfo",
        &format!(r#","ReferenceID":{}"#, references[0]),
    );
    assert_eq!(client.hears(&first), Output::Nothing);
    let second = event(
        "EventAddressInfo",
        &format!(r#","ReferenceID":{}"#, references[1]),
    );
    assert_eq!(client.hears(&second), Output::Synchronised);
    assert!(client.machine.is_synchronised());
    // Without a device the calls are asked for.
    let json = format!(r#"[{{"Event":"EventPrimaryChanged","time":"{TIME}"}}]"#);
    let known = Known {
        device: None,
        calls: &["c1", "c2"],
    };
    let kinds: Vec<_> = asked(client.hears_of(&json, known))
        .iter()
        .map(|sent| sent.request.kind())
        .collect();
    assert_eq!(
        kinds,
        [
            RequestKind::TQueryLocation,
            RequestKind::TQueryCall,
            RequestKind::TQueryCall
        ]
    );
}

#[test]
fn r103_r105_g11_a_change_just_after_the_link_went_down_waits_for_the_link() {
    let mut client = Client::default();
    assert_eq!(client.hears(&event("EventLinkDisconnected", "")), Output::Nothing);
    assert_eq!(client.primary_changes(), Output::Nothing);
    assert!(client.machine.is_link_down() && !client.machine.is_synchronised());
    assert_eq!(asked(client.hears(&event("EventLinkConnected", ""))).len(), 2);
}

#[test]
fn r104_a_link_that_comes_up_after_the_change_begins_the_questions() {
    let mut client = Client::default();
    client.hears(&event("EventLinkConnected", ""));
    client.hears(&event("EventLinkDisconnected", ""));
    // The link alone, without a change of the primary, asks nothing.
    assert_eq!(client.hears(&event("EventLinkConnected", "")), Output::Nothing);
    client.hears(&event("EventLinkDisconnected", ""));
    assert_eq!(client.primary_changes(), Output::Nothing);
    assert_eq!(asked(client.hears(&event("EventLinkConnected", ""))).len(), 2);
}

#[test]
fn a_link_that_goes_down_among_the_questions_begins_them_anew() {
    let mut client = Client::default();
    let first = asked(client.primary_changes());
    client.hears(&event("EventLinkDisconnected", ""));
    assert_eq!(
        client.hears(&acknowledgement(first[0].reference, "")),
        Output::Nothing
    );
    let second = asked(client.hears(&event("EventLinkConnected", "")));
    assert_ne!(first[0].reference, second[0].reference);
}

#[test]
fn r106_g07_what_t_library_keeps_to_itself_is_recognised_and_changes_nothing() {
    let mut client = Client::default();
    let json = r#"[{"Event":"EventRestoreConnection","ServerRole":1,"UserData":"ts-2:3000"}]"#;
    assert_eq!(client.hears(json), Output::Nothing);
    assert!(client.machine.is_synchronised());
    let ((), oddities) = with(json, |_| ());
    assert_eq!(oddities.of(Oddity::Obsolete), 1);
    assert!(!Kind::EventRestoreConnection.reaches_clients());
    for kind in [Kind::EventLinkConnected, Kind::EventLinkDisconnected] {
        assert!(kind.reaches_clients());
        assert!(
            kind.attributes()
                .iter()
                .all(|attribute| attribute.presence == Presence::Unstated)
        );
    }
}

#[test]
fn r107_of_several_changes_in_a_short_time_the_last_counts() {
    let mut client = Client::default();
    let first = asked(client.primary_changes());
    client.hears(r#"[{"Event":"EventRestoreConnection","ServerRole":1}]"#);
    let second = asked(client.primary_changes());
    for sent in &first {
        assert_eq!(
            client.hears(&acknowledgement(sent.reference, "")),
            Output::Nothing
        );
    }
    assert!(!client.machine.is_synchronised());
    client.hears(&acknowledgement(second[1].reference, ""));
    let last = client.hears(&acknowledgement(second[0].reference, ""));
    assert_eq!(last, Output::Synchronised);
}

#[test]
fn r108_server_roles_are_read_by_number() {
    let role = |json: &str| {
        with(json, |message| match &message.event {
            TServerEvent::RestoreConnection { role, backup } => (*role, backup.is_some()),
            other => panic!("{other:?}"),
        })
        .0
    };
    let json = r#"[{"Event":"EventRestoreConnection","ServerRole":0,"UserData":{"host":"b"}}]"#;
    assert_eq!(role(json), (Some(ServerRole::BackupConnected), true));
    let json = r#"[{"Event":"EventRestoreConnection","ServerRole":"1"}]"#;
    assert_eq!(role(json), (Some(ServerRole::TurnedBackup), false));
    let json = r#"[{"Event":"EventRestoreConnection","ServerRole":5}]"#;
    assert_eq!(role(json), (Some(ServerRole::Other(5)), false));
}

#[test]
fn r109_a_hardware_error_may_name_nothing_at_all() {
    let (events, oddities) = told(&event("EventHardwareError", ""));
    assert!(events.is_empty());
    // The desk has no place for it, and says so among what it met.
    assert_eq!(oddities.of(Oddity::NotShown), 1);
    assert_eq!(oddities.tallies().len(), 1);
    let json = event(
        "EventHardwareError",
        r#","ErrorCode":13,"ConnID":"c2","PreviousConnID":"c1""#,
    );
    let (error, _) = with(&json, |message| match &message.event {
        TServerEvent::HardwareError {
            error, previous_call, ..
        } => (*error, previous_call.map(Text::boxed)),
        other => panic!("{other:?}"),
    });
    assert_eq!(error, (Some(13), Some("c1".into())));
}

#[test]
fn r110_obsolete_events_are_recognised_and_reported() {
    for kind in [Kind::EventResourceAllocated, Kind::EventResourceFreed] {
        let json = format!(r#"[{{"Event":"{}"}}]"#, kind.name());
        let (event, oddities) = with(&json, |message| message.event.kind());
        assert_eq!(event, Some(kind));
        assert_eq!(oddities.of(Oddity::Obsolete), 1);
        assert!(told(&json).0.is_empty());
    }
}

#[test]
fn g01_the_misprinted_request_is_the_private_service() {
    for name in ["TPrivateSevice()", "TPrivateService", "tprivateservice()"] {
        assert_eq!(RequestKind::from_name(name), Some(RequestKind::TPrivateService));
    }
}

#[test]
fn g02_numbers_come_as_numbers_or_texts_and_codes_as_names_too() {
    for (user_event, expected) in [("77", Some(77)), ("\"77\"", Some(77)), ("\"TSendEvent\"", None)] {
        let json = acknowledgement(1, &format!(r#","UserEvent":{user_event}"#));
        let (number, oddities) = with(&json, |message| match message.event {
            TServerEvent::Acknowledged {
                user_event: Some(Code::Number(number)),
                ..
            } => Some(number),
            TServerEvent::Acknowledged {
                user_event: Some(Code::Name(_)),
                ..
            } => None,
            ref other => panic!("{other:?}"),
        });
        assert_eq!(number, expected);
        assert!(oddities.is_empty());
    }
    // What is neither is counted, and the rest is used.
    let (reference, oddities) = with(&acknowledgement(1, r#","UserEvent":[1]"#), |message| {
        message.reference
    });
    assert_eq!(reference, Some(1));
    assert_eq!(oddities.of(Oddity::UnreadableField), 1);
}

#[test]
fn g08_a_reservation_is_asked_for_in_the_words_that_confirm_it() {
    let request = Request::ReserveAgent {
        agent: Some("4711".into()),
        place: Some("desk 3".into()),
        device: Some("2001".into()),
        timeout: 5,
    };
    let payload = request.encode(1).unwrap();
    let asked: serde_json::Value = serde_json::from_str(&payload).unwrap();
    for name in ["AgentID", "Place", "ThisDN", "Timeout", "ReferenceID"] {
        assert!(Kind::EventAgentReserved.attribute(name).is_some());
        assert!(!asked[0][name].is_null(), "{name}");
    }
    let empty = Request::QueryCall { call: "".into() };
    assert_eq!(empty.encode(1), Err(RequestError::Empty("ConnID")));
    assert_eq!(RequestError::Empty("ConnID").to_string(), "ConnID is empty");
}

#[test]
fn g04_a_change_of_the_primary_needs_neither_event_nor_server() {
    let json = format!(r#"[{{"ApplicationName":"ts-2","time":"{TIME}"}}]"#);
    let (kind, oddities) = with(&json, |message| message.event.kind());
    assert_eq!(kind, Some(Kind::EventPrimaryChanged));
    assert!(oddities.is_empty());
    // A hub that names it and its server is welcome.
    let ((), oddities) = with(&event("EventPrimaryChanged", ""), |_| ());
    assert!(oddities.is_empty());
    // Without anything to know it by, a message is unreadable.
    let mut oddities = Oddities::default();
    let read = tserver::read(
        Payload::from_json(r#"[{"time":"2024-05-06"}]"#),
        Zone::default(),
        &mut oddities,
        |_, _| (),
    );
    assert_eq!(read, Err(Unreadable::Shape("no event name")));
}

#[test]
fn g09_names_are_read_in_any_case_and_times_as_text_or_seconds() {
    for time in [
        r#""time":"2024-05-06T07:08:09Z""#,
        r#""Time":"2024-05-06T07:08:09Z""#,
        r#""TIME":1714979289"#,
        r#""time":1714979289.0"#,
    ] {
        let json = format!(r#"[{{"event":"eventack","REFERENCEID":"1","server":"s",{time}}}]"#);
        let (message, oddities) = with(&json, |message| (message.time, message.reference));
        assert_eq!(message, (Some(Moment(1_714_979_289_000)), Some(1)), "{time}");
        assert!(oddities.is_empty(), "{oddities:?}");
    }
}

#[test]
fn d15_an_unknown_event_is_counted_and_kept() {
    let json = event("EventRinging", r#","ConnID":"c1","AgentID":"4711","CallType":2"#);
    let (kept, oddities) = with(&json, |message| {
        let TServerEvent::Unknown { name } = message.event else {
            panic!("{message:?}");
        };
        assert_eq!(message.extras.entries().len(), 3);
        (name.boxed(), message.extras.get("ConnID").map(str::to_owned))
    });
    assert_eq!(kept, ("EventRinging".into(), Some("c1".into())));
    assert_eq!(oddities.of(Oddity::UnknownEvent), 1);
    assert_eq!(oddities.of(Oddity::UnknownField), 0);
}

#[test]
fn changed_information_of_a_call_is_its_extensions() {
    let json = event(
        "EventCallInfoChanged",
        r#","ConnID":"c1","Extensions":{"Segment":"gold"}"#,
    );
    assert_eq!(told(&json).0, [r#"call c1 [("Segment", "gold")]"#]);
    let (events, oddities) = told(&event("EventCallInfoChanged", ""));
    assert!(events.is_empty());
    assert_eq!(oddities.of(Oddity::MissingIdentity), 1);
}

#[test]
fn references_stay_within_an_int() {
    let mut references = References::default();
    let numbers: Vec<_> = (0..3)
        .map(|_| references.number(Request::QueryLocation).reference)
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
}

proptest! {
    /// Whatever comes, it is read or refused; nothing panics.
    #[test]
    fn whatever_comes_is_read_or_refused(
        name in prop::sample::select(Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>()),
        attribute in "[A-Za-z]{1,12}|time|Timeout|UserData|Extensions|ServerRole|ConnID",
        value in r#"-?[0-9]{1,25}|"[a-z0-9é]{0,5}"|\{"a":\[1,\{\}\]\}|\[\]|null|true|"#,
        junk in "\\PC{0,40}",
    ) {
        for json in [
            format!(r#"[{{"Event":"{name}","{attribute}":{value}}}]"#),
            format!(r#"[{{"Event":"{name}","{attribute}":{value}"#),
            junk,
        ] {
            let mut oddities = Oddities::default();
            let _ = tserver::decode(
                Payload::from_json(&json),
                &Site::default(),
                &mut oddities,
                &mut |_, _| (),
            );
        }
    }
}
