//! Bad input from every side, natively: what of it is lost is counted, what stands beside it is not lost.
//!
//! Lives here: broken, strange, huge and hostile records, answers and files, fed to a whole session.
//! May not be here: the words in which the page shows it (`tests/e2e/bad-input.test.mjs`).
//! A hub is trusted with the desk's contents, never with its life.

mod session_rig;

use proptest::prelude::*;
use session_rig::{Desk, LIST, QUEUE, site};
use switchhook::domain::Model;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::queue::{LongestWait, OpenStatus, Queue};
use switchhook::session::config;
use switchhook::session::state::{Link, Screen, SignInError};
use switchhook::vendor::Oddity;

const CALLBACK: &str = "11111111-0000-0000-0000-000000000000";

fn message(data: &str) -> Vec<u8> {
    format!("{{\"type\":1,\"target\":\"MessageReceived\",\"arguments\":[{{\"data\":{data}}}]}}\u{1e}")
        .into_bytes()
}

fn queue_status(id: &str, waiting: usize) -> Vec<u8> {
    message(&format!(
        r#"{{"eventType":"QueueStatus","entityType":"Queue","entityId":"{id}","nbrOfQueuingRequesters":{waiting}}}"#
    ))
}

fn queue<'a>(model: &'a Model, id: &str) -> Option<&'a Queue> {
    model
        .queues
        .get(model.queues.find(Ref::new(SourceId::default(), id))?)
}

fn connected() -> Desk {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.complete("Subscribe", "[]");
    assert_eq!(desk.link(), Link::Live);
    desk
}

/// Records that are no use to anyone, and whether each counts as one that could not be read.
fn bad_records() -> Vec<(Vec<u8>, bool)> {
    let text = |text: &str, counts| (format!("{text}\u{1e}").into_bytes(), counts);
    vec![
        text("", true),
        text("{", true),
        text("nonsense", true),
        text("[]", true),
        text("null", true),
        text("\"text\"", true),
        text("{}", true),
        text(r#"{"type":"1"}"#, true),
        text(r#"{"type":1}"#, true),
        text(r#"{"type":1,"target":7,"arguments":[]}"#, true),
        text(r#"{"type":1,"target":"MessageReceived","arguments":{}}"#, true),
        text(r#"{"type":6}{"type":6}"#, true),
        (b"\xff\xfe\x1e".to_vec(), true),
        (
            b"{\"type\":1,\"target\":\"\xc3\",\"arguments\":[]}\x1e".to_vec(),
            true,
        ),
        // Read well, and of no use: a type of the future, answers to nobody, methods and messages unknown.
        text(r#"{"type":42,"news":true}"#, false),
        text(r#"{"type":3,"invocationId":"4711","result":1}"#, false),
        text(r#"{"type":1,"target":"Other","arguments":[]}"#, false),
        text(r#"{"type":1,"target":"MessageReceived"}"#, false),
        text(r#"{"type":1,"target":"MessageReceived","arguments":[]}"#, false),
        text(r#"{"type":1,"target":"MessageReceived","arguments":[7]}"#, false),
        text(
            r#"{"type":1,"target":"MessageReceived","arguments":[{"data":[]}]}"#,
            false,
        ),
        text(
            r#"{"type":1,"target":"MessageReceived","arguments":[{"data":{"eventType":"Novel"}}]}"#,
            false,
        ),
        text(
            r#"{"type":1,"target":"MessageReceived","arguments":[{"data":{"eventType":"QueueStatus"}}]}"#,
            false,
        ),
    ]
}

#[derive(Debug, Clone)]
enum Sent {
    Good,
    Bad(usize),
}

fn sent() -> impl Strategy<Value = Sent> {
    prop_oneof![Just(Sent::Good), (0..bad_records().len()).prop_map(Sent::Bad)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands between them and wherever the frames are cut, good records arrive and bad ones are counted.
    #[test]
    fn a_bad_record_never_loses_its_neighbours(
        records in prop::collection::vec(sent(), 1..30),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let bad = bad_records();
        let mut desk = connected();
        let (mut bytes, mut good, mut expected) = (Vec::new(), 0_usize, 0);
        for record in &records {
            match record {
                Sent::Good => {
                    good += 1;
                    bytes.extend(queue_status(&format!("queue-{good}"), good));
                }
                Sent::Bad(which) => {
                    let (text, counts) = &bad[*which];
                    bytes.extend(text);
                    expected += u64::from(*counts);
                }
            }
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        for frame in cuts.windows(2) {
            desk.receive_bytes(&bytes[frame[0]..frame[1]]);
        }
        for number in 1..=good {
            let waiting = queue(&desk.model.borrow(), &format!("queue-{number}")).and_then(|queue| queue.waiting);
            prop_assert_eq!(waiting, u32::try_from(number).ok());
        }
        prop_assert_eq!(desk.session.connection().bad_records, expected);
        prop_assert_eq!(desk.link(), Link::Live);
    }

    /// A message with some of its bytes changed may be lost; the one after it is not.
    #[test]
    fn a_damaged_message_does_no_harm_to_the_next(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut damaged = message(&format!(
            r#"{{"eventType":"CallbackChanged","entityType":"CallList","entityId":"{LIST}","callBackId":"{CALLBACK}",
                "callListId":"{LIST}","contactName":"\u00c5sa \"\\","dueDate":"2026-11-21T10:00:00.123Z","isClosed":false,
                "callbackAttempts":[{{"id":"1","note":"x"}}],"messageTTLSeconds":-1.5e3}}"#
        ));
        let end = damaged.len() - 1;
        for (place, byte) in changes {
            let place = place.index(end);
            damaged[place] = byte;
        }
        let mut desk = connected();
        desk.receive_bytes(&damaged);
        desk.receive_bytes(&queue_status(QUEUE, 5));
        let waiting = queue(&desk.model.borrow(), QUEUE).and_then(|queue| queue.waiting);
        prop_assert_eq!(waiting, Some(5));
    }

    /// Whatever lies where `config.json` should be, it is read or told in words.
    #[test]
    fn a_configuration_is_read_or_faulted_in_words(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(faults) = config::parse(&bytes) {
            prop_assert!(!faults.is_empty());
            prop_assert!(faults.iter().all(|fault| fault.to_string().len() > 20));
        }
    }
}

/// Nested deeper than any program's stack: whoever descended into it would take the page down.
#[test]
fn a_record_nested_without_end_is_survived() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        let mut desk = connected();
        desk.receive_bytes(&message(&deep));
        desk.receive_bytes(&message(&format!(
            r#"{{"eventType":"QueueStatus","entityId":"{QUEUE}","nbrOfConnected":{deep},"novel":{deep},"nbrOfQueuingRequesters":1}}"#
        )));
        desk.receive_bytes(&message(&format!(
            r#"{{"eventType":"CallbackChanged","entityId":"{LIST}","callBackId":"{CALLBACK}","callbackAttempts":{deep}}}"#
        )));
        desk.receive(&format!("{deep}\u{1e}"));
        desk.receive_bytes(&queue_status(QUEUE, 5));
        let waiting = queue(&desk.model.borrow(), QUEUE).and_then(|queue| queue.waiting);
        assert_eq!(waiting, Some(5));
        assert_eq!(desk.link(), Link::Live);
    }
}

#[test]
fn a_record_larger_than_the_limit_is_dropped_and_its_neighbours_are_not() {
    let mut desk = connected();
    desk.receive_bytes(&queue_status("before", 1));
    let part = vec![b'x'; 1024 * 1024];
    for _ in 0..17 {
        desk.receive_bytes(&part);
    }
    let mut end = b"\x1e".to_vec();
    end.extend(queue_status("after", 2));
    desk.receive_bytes(&end);
    let model = desk.model.borrow();
    assert_eq!(queue(&model, "before").and_then(|queue| queue.waiting), Some(1));
    assert_eq!(queue(&model, "after").and_then(|queue| queue.waiting), Some(2));
    assert_eq!(desk.session.connection().bad_records, 1);
    assert_eq!(desk.link(), Link::Live);
}

#[test]
fn d15_what_is_strange_in_a_message_costs_only_itself() {
    let mut desk = connected();
    desk.receive_bytes(&message(&format!(
        r#"{{"eventType":"QueueStatus","entityType":"Queue","entityId":"{QUEUE}","queueName":"Support",
            "nbrOfQueuingRequesters":"three","nbrOfConnected":-4,"nbrOfAllocated":1e300,"nbrOfProviders":99999999999999999999,
            "nbrOfServingAgentsEstimate":4,"maxWaitTime":98765432,"openStatus":99,"novel":{{"deep":[1,2]}}}}"#
    )));
    {
        let model = desk.model.borrow();
        let queue = queue(&model, QUEUE).expect("a row");
        assert_eq!((queue.name.as_deref(), queue.serving), (Some("Support"), Some(4)));
        assert_eq!(
            (queue.waiting, queue.connected, queue.allocated),
            (None, None, None)
        );
        assert_eq!(queue.longest_wait, Some(LongestWait::Implausible(98_765_432)));
        assert_eq!(queue.open, Some(OpenStatus::Other(99)));
    }
    let oddities = desk.session.oddities();
    assert_eq!(oddities.of(Oddity::UnknownField), 1, "{oddities:?}");
    assert!(oddities.of(Oddity::UnreadableField) >= 3, "{oddities:?}");
    assert_eq!(desk.session.connection().bad_records, 0);
}

#[test]
fn impossible_dates_are_unknown_and_counted_and_the_row_is_shown() {
    for date in [
        "\"2026-13-01T00:00:00Z\"",
        "\"2026-02-30T00:00:00Z\"",
        "\"2026-11-21T25:00:00Z\"",
        "\"yesterday\"",
        "1795255200",
        "[]",
    ] {
        let mut desk = connected();
        desk.receive_bytes(&message(&format!(
            r#"{{"eventType":"CallbackChanged","entityType":"CallList","entityId":"{LIST}","callBackId":"{CALLBACK}",
                "callListId":"{LIST}","contactNumber":"+358401234567","dueDate":{date},"isClosed":false}}"#
        )));
        let model = desk.model.borrow();
        let key = model
            .callbacks
            .find(Ref::new(SourceId::default(), CALLBACK))
            .unwrap_or_else(|| panic!("{date}"));
        let callback = model.callbacks.get(key).expect("a row");
        assert_eq!(
            (callback.number.as_deref(), callback.due),
            (Some("+358401234567"), None)
        );
        assert_eq!(desk.session.oddities().of(Oddity::UnreadableField), 1, "{date}");
    }
}

#[test]
fn a_stamp_out_of_all_time_moves_no_clock() {
    let mut desk = connected();
    for stamp in ["0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999"] {
        desk.receive_bytes(&message(&format!(
            r#"{{"eventType":"QueueStatus","entityId":"{QUEUE}","nbrOfQueuingRequesters":1,"timestamp":"{stamp}"}}"#
        )));
    }
    let wall = switchhook::domain::Moment(1_700_000_000_000);
    let off = desk.session.server_now(wall).since(wall).abs();
    assert!(off < 60_000, "{off} ms");
}

#[test]
fn a_token_answer_of_no_use_is_told_at_the_sign_in() {
    for (status, body, word) in [
        (200, "<!doctype html><p>Welcome", "not complete JSON"),
        (200, "", "not complete JSON"),
        (200, "{\"Token\":\"a\"}", "WssEndpoint"),
        (200, "{\"WssEndpoint\":\"ws://h/rte\",\"Token\":\"\"}", "Token"),
        (
            200,
            "{\"WssEndpoint\":\"gopher://h\",\"Token\":\"a\"}",
            "address cannot be used",
        ),
        (404, "<p>Nothing here", "404"),
        (503, "Down for maintenance", "Down for maintenance"),
    ] {
        let mut desk = Desk::new(site(""));
        desk.sign_in();
        desk.answer_fetch(status, body);
        let Screen::SignIn {
            busy: false,
            error: Some(SignInError::Unreachable(text)),
            ..
        } = desk.session.screen()
        else {
            panic!("{body}: {:?}", desk.session.screen());
        };
        assert!(text.contains(word), "{body}: {text}");
        assert!(!text.contains('<'), "a web page is not quoted: {text}");
    }
}

/// Some editors begin a file with one.
#[test]
fn a_byte_order_mark_before_configuration_or_directory_is_no_fault() {
    let json =
        "\u{feff}{\"source\":{\"token\":{\"url\":\"/token\"},\"directory\":{\"url\":\"/directory.json\"}}}";
    let (config, warnings) = config::parse(json.as_bytes()).expect("it is read");
    assert_eq!(warnings, []);
    let mut desk = Desk::new(config);
    desk.sign_in();
    desk.answer_token();
    desk.answer_fetch(
        200,
        &format!("\u{feff}{{\"queues\":[{{\"id\":\"{QUEUE}\",\"name\":\"Support\"}}]}}"),
    );
    let model = desk.model.borrow();
    assert_eq!(
        queue(&model, QUEUE).and_then(|queue| queue.name.as_deref()),
        Some("Support")
    );
    assert_eq!(desk.session.connection().trouble, None);
}

#[test]
fn a_configuration_that_is_cut_off_is_told_as_no_json() {
    let json = r#"{"source":{"hub":"wss://h/rte","directory":{"url":"/directory"}}}"#;
    assert!(config::parse(json.as_bytes()).is_ok());
    for end in 0..json.len() {
        let faults = config::parse(&json.as_bytes()[..end]).expect_err("it is cut off");
        assert!(
            faults[0].to_string().contains("config.json is not JSON"),
            "{faults:?}"
        );
    }
}

/// Without names the desk goes on, and says what is missing.
#[test]
fn a_directory_of_no_use_stops_nothing_and_is_told() {
    let json = r#"{"source":{"token":{"url":"/token"},"directory":{"url":"/directory.json"}}}"#;
    for (status, body, word) in [
        (200, "<!doctype html>", "not complete JSON"),
        (200, "[]", "no object"),
        (404, "", "404"),
    ] {
        let (config, _) = config::parse(json.as_bytes()).expect("it is read");
        let mut desk = Desk::new(config);
        desk.sign_in();
        desk.answer_token();
        desk.answer_fetch(status, body);
        assert_eq!(desk.session.screen(), &Screen::Desk);
        let trouble = desk.session.connection().trouble.clone().unwrap_or_default();
        assert!(
            trouble.contains("directory") && trouble.contains(word),
            "{body}: {trouble}"
        );
        desk.answer_negotiate();
        desk.open_socket();
        desk.complete("AvailableSubscriptions", "[]");
        desk.receive_bytes(&queue_status(QUEUE, 3));
        let waiting = queue(&desk.model.borrow(), QUEUE).and_then(|queue| queue.waiting);
        assert_eq!(waiting, Some(3));
    }
}
