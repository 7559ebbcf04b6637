//! The conformance cases of the hub protocol's codecs and framing, natively: bytes in, messages out, and back.
//!
//! Lives here: one test per case, named for it; what the official suites assert, and where this client is better.
//! May not be here: properties over arbitrary input (`protocol_properties.rs`), a connection's behaviour.
//! The ids are those of the list of cases distilled from the official JavaScript and C# suites.

use serde_json::{Value, json};
use std::borrow::Cow;
use switchhook::protocol::{
    DecodeError, Encoding, Frame, FramingError, Message, Outcome, Oversize, Payload, RecordReader,
    WrongFrame, handshake, json, messagepack,
};

/// The arguments of the official suites' round trips.
const ARGUMENTS: &str = r#"[42,true,"test",["x1","y2"],null]"#;

fn read(text: &str) -> Message<'_> {
    json::decode(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> String {
    match json::decode(text.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(message) => panic!("{text} was read as {message:?}"),
    }
}

fn write(message: &Message<'_>) -> String {
    let mut text = String::new();
    json::encode(message, &mut text);
    text.strip_suffix('\u{1e}').expect("a separator").to_owned()
}

/// Reads a text, writes the message, and expects the very same text.
fn round_trip(text: &str) {
    assert_eq!(write(&read(text)), text);
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal"))
        .collect()
}

/// Every record that comes of feeding these bytes, as the bytes lie in it.
fn cut(limit: usize, frames: &[&[u8]]) -> (Vec<Result<Vec<u8>, usize>>, RecordReader) {
    let mut reader = RecordReader::new(Encoding::MessagePack, limit);
    let mut seen = Vec::new();
    for frame in frames {
        reader.feed(frame, |record| {
            seen.push(record.map(<[u8]>::to_vec).map_err(|Oversize { limit }| limit));
            true
        });
    }
    (seen, reader)
}

/// The one record in a whole frame, without its length.
fn body(frame: &[u8]) -> Vec<u8> {
    match cut(1 << 20, &[frame]).0.as_slice() {
        [Ok(record)] => record.clone(),
        other => panic!("{frame:02x?} holds {other:?}"),
    }
}

fn pack(message: &Message<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    messagepack::encode(message, &mut bytes);
    bytes
}

/// The message in a frame, as JSON: what an application gets to see of it.
fn seen(hex: &str) -> Value {
    let record = body(&bytes(hex));
    let message = messagepack::decode(&record).unwrap_or_else(|error| panic!("{hex}: {error}"));
    serde_json::from_str(&write(&message)).expect("JSON")
}

fn refused(hex: &str) -> String {
    match messagepack::decode(&body(&bytes(hex))) {
        Err(error) => error.to_string(),
        Ok(message) => panic!("{hex} was read as {message:?}"),
    }
}

/// The JSON record's message as MessagePack, and back to the same JSON.
fn crosses(text: &str) {
    let record = pack(&read(text));
    let record = body(&record);
    let message = messagepack::decode(&record).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(write(&message), text);
    // And once more from bytes to bytes, which changes nothing.
    assert_eq!(body(&pack(&message)), record);
}

fn result(json: &str) -> Message<'_> {
    Message::Completion {
        headers: None,
        invocation_id: "abc".into(),
        outcome: Outcome::Result(Payload::from_json(json)),
    }
}

// --- JSON: parse ---

#[test]
fn j01_an_invocation_round_trips_with_its_null() {
    round_trip(&format!(r#"{{"type":1,"target":"t","arguments":{ARGUMENTS}}}"#));
}

#[test]
fn j02_headers_and_an_invocation_id_round_trip() {
    round_trip(&format!(
        r#"{{"type":1,"headers":{{"foo":"bar"}},"target":"t","arguments":{ARGUMENTS}}}"#
    ));
    round_trip(&format!(
        r#"{{"type":1,"headers":{{"foo":"bar"}},"invocationId":"123","target":"t","arguments":{ARGUMENTS}}}"#
    ));
    for text in [
        r#"{"type":2,"headers":{"foo":"bar"},"invocationId":"1","item":1}"#,
        r#"{"type":3,"headers":{"foo":"bar"},"invocationId":"1"}"#,
        r#"{"type":4,"headers":{"foo":"bar"},"invocationId":"1","target":"t","arguments":[]}"#,
        r#"{"type":5,"headers":{"foo":"bar"},"invocationId":"1"}"#,
    ] {
        round_trip(text);
        crosses(text);
    }
}

#[test]
fn j03_a_number_or_a_text_where_a_date_was_meant_stays_what_it_is() {
    let text = r#"{"type":1,"target":"t","arguments":[1514805840000,"2018-01-01T11:24:00Z"]}"#;
    round_trip(text);
    crosses(text);
}

#[test]
fn j05_results_are_delivered_and_null_is_one() {
    for result in ["\"OK\"", "null", "42", "0", "false", "\"\"", "[]", "{}"] {
        let text = format!(r#"{{"type":3,"invocationId":"1","result":{result}}}"#);
        let Message::Completion {
            outcome: Outcome::Result(payload),
            ..
        } = read(&text)
        else {
            panic!("{text}");
        };
        assert_eq!(payload.json(), result);
    }
    let void = read(r#"{"type":3,"invocationId":"1"}"#);
    assert!(matches!(
        void,
        Message::Completion {
            outcome: Outcome::Void,
            ..
        }
    ));
}

#[test]
fn j06_an_extra_property_of_a_completion_is_ignored() {
    assert_eq!(
        read(r#"{"type":3,"invocationId":"1","result":42,"extraParameter":[{"result":1}]}"#),
        read(r#"{"type":3,"invocationId":"1","result":42}"#)
    );
}

#[test]
fn j11_an_invocation_wants_a_target() {
    for text in [
        r#"{"type":1,"target":1,"arguments":[]}"#,
        r#"{"type":1,"target":"","arguments":[]}"#,
        r#"{"type":1,"target":null,"arguments":[]}"#,
        r#"{"type":1,"arguments":[]}"#,
        r#"{"type":1,"invocationId":"1","arguments":[]}"#,
    ] {
        assert_eq!(
            refusal(text),
            "Invalid payload for Invocation message: target",
            "{text}"
        );
    }
}

#[test]
fn j12_a_stream_item_wants_its_stream_and_an_item() {
    for id in [
        "",
        r#""invocationId":1,"#,
        r#""invocationId":"","#,
        r#""invocationId":null,"#,
    ] {
        assert_eq!(
            refusal(&format!(r#"{{"type":2,{id}"item":1}}"#)),
            "Invalid payload for StreamItem message: invocationId",
            "{id}"
        );
    }
    assert_eq!(
        refusal(r#"{"type":2,"invocationId":"1"}"#),
        "Invalid payload for StreamItem message: item"
    );
}

#[test]
fn j13_a_completion_wants_the_id_that_it_answers() {
    for id in [
        "",
        r#","invocationId":1"#,
        r#","invocationId":"""#,
        r#","invocationId":null"#,
    ] {
        assert_eq!(
            refusal(&format!(r#"{{"type":3{id}}}"#)),
            "Invalid payload for Completion message: invocationId",
            "{id}"
        );
    }
}

#[test]
fn j15_an_error_is_a_text() {
    for error in ["21", "true", "{}", "[\"Err\"]"] {
        assert_eq!(
            refusal(&format!(r#"{{"type":3,"invocationId":"1","error":{error}}}"#)),
            "Invalid payload for Completion message: error",
            "{error}"
        );
    }
}

#[test]
fn j18_a_ping_is_read() {
    assert_eq!(read(r#"{"type":6}"#), Message::Ping);
}

#[test]
fn j19_a_close_without_fields_round_trips() {
    let close = Message::Close {
        error: None,
        allow_reconnect: false,
    };
    assert_eq!(read(r#"{"type":7}"#), close);
    assert_eq!(write(&close), r#"{"type":7}"#);
}

#[test]
fn j24_acknowledgements_and_sequences_want_a_number() {
    for (kind, name) in [(8, "Ack"), (9, "Sequence")] {
        for id in [
            "",
            r#","sequenceId":"1""#,
            r#","sequenceId":null"#,
            r#","sequenceId":-1"#,
        ] {
            assert_eq!(
                refusal(&format!(r#"{{"type":{kind}{id}}}"#)),
                format!("Invalid SequenceId for {name} message.")
            );
        }
        round_trip(&format!(r#"{{"type":{kind},"sequenceId":0}}"#));
    }
}

#[test]
fn j27_a_message_of_the_other_kind_is_told_apart_from_a_broken_record() {
    let text = |encoding: Encoding, binary| encoding.accept(binary).map_err(|wrong| wrong.to_string());
    assert_eq!(
        text(Encoding::Json, true),
        Err("Invalid input for JSON hub protocol. Expected a string.".to_owned())
    );
    assert_eq!(Encoding::MessagePack.accept(false), Err(WrongFrame::Text));
    assert_eq!(text(Encoding::Json, false), Ok(()));
    assert_eq!(text(Encoding::MessagePack, true), Ok(()));
}

#[test]
fn j29_a_header_that_is_no_text_is_named() {
    for value in ["42", "null", "true", "{}", "[\"a\"]"] {
        assert_eq!(
            refusal(&format!(
                r#"{{"type":1,"target":"t","arguments":[],"headers":{{"Ok":"x","Foo":{value}}}}}"#
            )),
            "Expected header 'Foo' to be of type String."
        );
    }
    for headers in ["42", "\"Foo\"", "[]"] {
        assert_eq!(
            refusal(&format!(r#"{{"type":5,"invocationId":"1","headers":{headers}}}"#)),
            "Invalid headers."
        );
    }
}

#[test]
fn j34_the_names_of_the_envelope_keep_their_case_those_of_a_payload_are_the_applications() {
    assert_eq!(json::decode(br#"{"Type":6}"#), Err(DecodeError::NoType));
    let text = r#"{"type":3,"invocationId":"1","Result":1,"result":{"Name":"a","name":"b"}}"#;
    assert_eq!(
        write(&read(text)),
        r#"{"type":3,"invocationId":"1","result":{"Name":"a","name":"b"}}"#
    );
}

// --- JSON: write ---

#[test]
fn w05_the_streams_of_a_call_are_listed_beside_its_arguments() {
    for (invocation_id, expected) in [
        (
            Some("1"),
            r#"{"type":1,"invocationId":"1","target":"t","arguments":["arg"],"streamIds":["0"]}"#,
        ),
        (
            None,
            r#"{"type":1,"target":"t","arguments":["arg"],"streamIds":["0"]}"#,
        ),
    ] {
        let message = Message::Invocation {
            headers: None,
            invocation_id: invocation_id.map(Cow::Borrowed),
            target: "t".into(),
            arguments: Payload::from_json(r#"["arg"]"#),
            stream_ids: vec!["0".into()],
        };
        assert_eq!(write(&message), expected);
        crosses(expected);
    }
    round_trip(r#"{"type":4,"invocationId":"2","target":"t","arguments":[],"streamIds":["0","1"]}"#);
    crosses(r#"{"type":4,"invocationId":"2","target":"t","arguments":[],"streamIds":["0","1"]}"#);
}

#[test]
fn w06_a_completion_has_a_result_or_an_error_or_neither() {
    for (outcome, expected) in [
        (Outcome::Void, r#"{"type":3,"invocationId":"1"}"#),
        (
            Outcome::Result(Payload::from_json("42")),
            r#"{"type":3,"invocationId":"1","result":42}"#,
        ),
        (
            Outcome::Error("Err".into()),
            r#"{"type":3,"invocationId":"1","error":"Err"}"#,
        ),
    ] {
        let message = Message::Completion {
            headers: None,
            invocation_id: "1".into(),
            outcome,
        };
        assert_eq!(write(&message), expected);
        crosses(expected);
    }
}

#[test]
fn w09_a_null_payload_is_written() {
    for text in [
        r#"{"type":2,"invocationId":"1","item":null}"#,
        r#"{"type":3,"invocationId":"1","result":null}"#,
    ] {
        round_trip(text);
        crosses(text);
    }
}

#[test]
fn w10_line_ends_in_headers_are_escaped_and_survive() {
    let text = r#"{"type":1,"headers":{"a\nb\r\n":"c\n\"d\"\\","e":"\u0001\t"},"target":"t","arguments":[]}"#;
    round_trip(text);
    crosses(text);
    let record = pack(&read(text));
    assert!(
        record.windows(5).any(|window| window == b"a\nb\r\n"),
        "no escapes in MessagePack"
    );
}

// --- MessagePack ---

#[test]
fn m01_invocations_round_trip() {
    for text in [
        format!(r#"{{"type":1,"target":"myMethod","arguments":{ARGUMENTS}}}"#),
        format!(r#"{{"type":1,"headers":{{"foo":"bar"}},"target":"myMethod","arguments":{ARGUMENTS}}}"#),
        format!(r#"{{"type":1,"invocationId":"123","target":"myMethod","arguments":{ARGUMENTS}}}"#),
        format!(r#"{{"type":4,"invocationId":"123","target":"myMethod","arguments":{ARGUMENTS}}}"#),
        r#"{"type":2,"invocationId":"1","item":{"a":[1,{}]}}"#.to_owned(),
        r#"{"type":3,"invocationId":"1"}"#.to_owned(),
        r#"{"type":5,"invocationId":"1"}"#.to_owned(),
        r#"{"type":6}"#.to_owned(),
        r#"{"type":7}"#.to_owned(),
        r#"{"type":7,"error":"bye","allowReconnect":true}"#.to_owned(),
        r#"{"type":8,"sequenceId":42}"#.to_owned(),
        r#"{"type":9,"sequenceId":18446744073709551615}"#.to_owned(),
    ] {
        crosses(&text);
    }
}

#[test]
fn m01_an_invocation_looks_as_stock_clients_write_it() {
    let message = read(r#"{"type":1,"target":"myMethod","arguments":[42,true,"test",["x1","y2"],null]}"#);
    let expected =
        "23 95 01 80 c0 a8 6d 79 4d 65 74 68 6f 64 95 2a c3 a4 74 65 73 74 92 a2 78 31 a2 79 32 c0";
    let mut expected = bytes(expected);
    expected[0] = expected.len() as u8 - 1;
    assert_eq!(pack(&message), expected);
}

#[test]
fn m02_a_completion_with_an_error() {
    let vector = "0C 95 03 80 A3 61 62 63 01 A3 45 72 72";
    assert_eq!(
        seen(vector),
        json!({"type": 3, "invocationId": "abc", "error": "Err"})
    );
    let message = Message::Completion {
        headers: None,
        invocation_id: "abc".into(),
        outcome: Outcome::Error("Err".into()),
    };
    assert_eq!(pack(&message), bytes(vector));
}

#[test]
fn a_completion_with_a_result() {
    let vector = "0B 95 03 80 A3 61 62 63 03 A2 4F 4B";
    assert_eq!(
        seen(vector),
        json!({"type": 3, "invocationId": "abc", "result": "OK"})
    );
    assert_eq!(pack(&result("\"OK\"")), bytes(vector));
    assert_eq!(
        seen("09 95 03 80 A3 61 62 63 03 C0"),
        json!({"type": 3, "invocationId": "abc", "result": null})
    );
}

#[test]
fn m04_a_void_completion() {
    let vector = "08 94 03 80 A3 61 62 63 02";
    assert_eq!(seen(vector), json!({"type": 3, "invocationId": "abc"}));
    let message = Message::Completion {
        headers: None,
        invocation_id: "abc".into(),
        outcome: Outcome::Void,
    };
    assert_eq!(pack(&message), bytes(vector));
}

#[test]
fn m05_extra_items_are_ignored() {
    for (vector, expected) in [
        (
            "09 95 03 80 A3 61 62 63 02 00",
            json!({"type": 3, "invocationId": "abc"}),
        ),
        (
            "0A 95 03 80 A3 61 62 63 02 91 00",
            json!({"type": 3, "invocationId": "abc"}),
        ),
        (
            "09 95 02 80 A3 61 62 63 08 C0",
            json!({"type": 2, "invocationId": "abc", "item": 8}),
        ),
        (
            "08 94 05 80 A3 61 62 63 C3",
            json!({"type": 5, "invocationId": "abc"}),
        ),
        ("04 92 06 A1 78", json!({"type": 6})),
        ("05 94 07 C0 C2 01", json!({"type": 7})),
        ("04 93 08 2A 80", json!({"type": 8, "sequenceId": 42})),
        (
            "09 97 01 80 C0 A1 74 90 90 01",
            json!({"type": 1, "target": "t", "arguments": []}),
        ),
    ] {
        assert_eq!(seen(vector), expected, "{vector}");
    }
    // They are no excuse for what is no MessagePack.
    assert!(refused("03 92 06 C1").starts_with("Error reading MessagePack."));
    assert!(refused("03 92 06 A1").starts_with("Error reading MessagePack."));
    assert!(refused("03 91 06 06").starts_with("Error reading MessagePack."));
}

#[test]
fn m06_a_time_becomes_its_iso_text() {
    assert_eq!(
        seen("0E 95 03 80 A3 61 62 63 03 D6 FF 5A 4A 1A 50"),
        json!({"type": 3, "invocationId": "abc", "result": "2018-01-01T11:24:00Z"})
    );
    for (item, text) in [
        ("D6 FF 00 00 00 00", "1970-01-01T00:00:00Z"),
        ("D6 FF FF FF FF FF", "2106-02-07T06:28:15Z"),
        // With nanoseconds: 30 bits of them before 34 bits of seconds.
        ("D7 FF 00 00 00 04 5A 4A 1A 50", "2018-01-01T11:24:00.000000001Z"),
        ("D7 FF 77 35 94 00 5A 4A 1A 50", "2018-01-01T11:24:00.5Z"),
        ("D7 FF 00 00 00 03 FF FF FF FF", "2514-05-30T01:53:03Z"),
        // 32 bits of nanoseconds, then 64 bits of seconds with a sign.
        (
            "C7 0C FF 00 00 00 00 FF FF FF FF FF FF FF FF",
            "1969-12-31T23:59:59Z",
        ),
        (
            "C7 0C FF 07 5B CD 15 00 00 00 00 38 6D 43 80",
            "2000-01-01T00:00:00.123456789Z",
        ),
        (
            "C7 0C FF 00 00 00 00 00 00 00 3A FF F4 41 7F",
            "9999-12-31T23:59:59Z",
        ),
        (
            "C7 0C FF 00 00 00 00 00 00 00 3A FF F4 41 80",
            "+010000-01-01T00:00:00Z",
        ),
        (
            "C7 0C FF 00 00 00 00 FF FF FF F1 86 8B 84 00",
            "0000-01-01T00:00:00Z",
        ),
        (
            "C7 0C FF 00 00 00 00 FF FF FF F1 86 8B 83 FF",
            "-000001-12-31T23:59:59Z",
        ),
        (
            "C7 0C FF 3B 9A C9 FF 7F FF FF FF FF FF FF FF",
            "+292277026596-12-04T15:30:07.999999999Z",
        ),
        (
            "C7 0C FF 00 00 00 00 80 00 00 00 00 00 00 00",
            "-292277022657-01-27T08:29:52Z",
        ),
        // The same widths under longer heads.
        ("C8 00 04 FF 5A 4A 1A 50", "2018-01-01T11:24:00Z"),
        ("C9 00 00 00 04 FF 5A 4A 1A 50", "2018-01-01T11:24:00Z"),
    ] {
        assert_eq!(json_of(item), format!("\"{text}\""), "{item}");
    }
}

/// A value in MessagePack as JSON.
fn json_of(hex: &str) -> String {
    let bytes = bytes(hex);
    let payload = messagepack::payload(&bytes).unwrap_or_else(|| panic!("{hex}"));
    payload.json().into_owned()
}

#[test]
fn m06_other_extensions_and_impossible_times_are_refused() {
    for item in [
        "D4 FF 00",
        "D5 FF 00 00",
        "D6 01 00 00 00 00",
        "D6 00 5A 4A 1A 50",
        "D8 FF 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
        "C7 00 FF",
        "C7 05 FF 00 00 00 00 00",
        // A thousand million nanoseconds are a second.
        "D7 FF EE 6B 28 00 00 00 00 00",
        "C7 0C FF 3B 9A CA 00 00 00 00 00 00 00 00 00",
    ] {
        assert_eq!(messagepack::payload(&bytes(item)), None, "{item}");
    }
}

#[test]
fn m07_a_stream_item() {
    let vector = "08 94 02 80 A3 61 62 63 08";
    assert_eq!(seen(vector), json!({"type": 2, "invocationId": "abc", "item": 8}));
    assert_eq!(
        pack(&read(r#"{"type":2,"invocationId":"abc","item":8}"#)),
        bytes(vector)
    );
    assert_eq!(
        seen("0C 94 02 81 A1 74 A1 75 A3 61 62 63 08"),
        json!({"type": 2, "headers": {"t": "u"}, "invocationId": "abc", "item": 8})
    );
}

#[test]
fn m08_what_is_no_array_with_a_type_has_an_invalid_payload() {
    for vector in [
        "00",
        "01 90",
        "01 C2",
        "01 06",
        "02 91 C0",
        "03 91 A1 36",
        "02 A1 61",
        "02 91 90",
    ] {
        assert_eq!(refused(vector), "Invalid payload.", "{vector}");
    }
}

#[test]
fn m09_headers_are_a_map_of_texts() {
    for vector in [
        "03 92 01 05",
        "02 91 01",
        "03 92 02 C0",
        "03 92 03 90",
        "05 92 05 81 01 A0",
        "04 92 04 A1 78",
    ] {
        assert_eq!(refused(vector), "Invalid headers.", "{vector}");
    }
    assert_eq!(
        refused("0A 93 05 81 A3 46 6F 6F 2A A1 31"),
        "Expected header 'Foo' to be of type String."
    );
}

#[test]
fn a_message_without_what_it_needs_is_named() {
    for (vector, text) in [
        (
            "03 92 01 80",
            "Invalid payload for Invocation message: invocationId",
        ),
        (
            "04 93 01 80 05",
            "Invalid payload for Invocation message: invocationId",
        ),
        (
            "04 93 01 80 A0",
            "Invalid payload for Invocation message: invocationId",
        ),
        ("04 93 01 80 C0", "Invalid payload for Invocation message: target"),
        (
            "05 94 01 80 C0 05",
            "Invalid payload for Invocation message: target",
        ),
        (
            "05 94 01 80 C0 A0",
            "Invalid payload for Invocation message: target",
        ),
        (
            "06 94 01 80 C0 A1 74",
            "Invalid payload for Invocation message: arguments",
        ),
        (
            "07 95 01 80 C0 A1 74 80",
            "Invalid payload for Invocation message: arguments",
        ),
        (
            "08 96 01 80 C0 A1 74 90 05",
            "Invalid payload for Invocation message: streamIds",
        ),
        (
            "09 96 01 80 C0 A1 74 90 91 05",
            "Invalid payload for Invocation message: streamIds",
        ),
        (
            "03 92 02 80",
            "Invalid payload for StreamItem message: invocationId",
        ),
        (
            "04 93 02 80 C0",
            "Invalid payload for StreamItem message: invocationId",
        ),
        (
            "05 93 02 80 A1 61",
            "Invalid payload for StreamItem message: item",
        ),
        (
            "03 92 04 80",
            "Invalid payload for StreamInvocation message: invocationId",
        ),
        (
            "03 92 05 80",
            "Invalid payload for CancelInvocation message: invocationId",
        ),
        (
            "04 93 05 80 2A",
            "Invalid payload for CancelInvocation message: invocationId",
        ),
        ("02 91 07", "Invalid payload for Close message: error"),
        ("03 92 07 2A", "Invalid payload for Close message: error"),
    ] {
        assert_eq!(refused(vector), text, "{vector}");
    }
}

#[test]
fn a_completion_without_what_it_needs_is_named() {
    for (vector, detail) in [
        ("03 92 03 80", "invocationId"),
        ("04 93 03 80 2A", "invocationId"),
        ("05 93 03 80 A1 61", "result kind"),
        ("06 94 03 80 A1 61 00", "result kind"),
        ("06 94 03 80 A1 61 04", "result kind"),
        ("06 94 03 80 A1 61 C0", "result kind"),
        ("06 94 03 80 A1 61 01", "error"),
        ("07 95 03 80 A1 61 01 2A", "error"),
        ("07 95 03 80 A1 61 01 C0", "error"),
        ("06 94 03 80 A1 61 03", "result"),
    ] {
        let expected = format!("Invalid payload for Completion message: {detail}");
        assert_eq!(refused(vector), expected, "{vector}");
    }
}

#[test]
fn many_messages_in_one_frame_keep_their_order() {
    let frame = bytes("08 94 02 80 A3 61 62 63 08 0C 95 03 80 A3 61 62 63 01 A3 45 72 72 02 91 06");
    let (records, _) = cut(100, &[&frame]);
    let kinds: Vec<_> = records
        .iter()
        .map(|record| messagepack::decode(record.as_ref().expect("a record")))
        .collect();
    assert!(matches!(
        kinds.as_slice(),
        [
            Ok(Message::StreamItem { .. }),
            Ok(Message::Completion { .. }),
            Ok(Message::Ping)
        ]
    ));
}

#[test]
fn m13_a_ping_is_two_bytes_after_its_length() {
    assert_eq!(pack(&Message::Ping), bytes("02 91 06"));
    assert_eq!(messagepack::decode(&[0x91, 0x06]), Ok(Message::Ping));
    assert_eq!(
        Encoding::MessagePack.encode(&Message::Ping),
        Frame::Binary(vec![0x02, 0x91, 0x06])
    );
}

#[test]
fn m14_a_cancellation() {
    let message = Message::CancelInvocation {
        headers: None,
        invocation_id: "abc".into(),
    };
    let vector = "07 93 05 80 A3 61 62 63";
    assert_eq!(pack(&message), bytes(vector));
    assert_eq!(seen(vector), json!({"type": 5, "invocationId": "abc"}));
}

#[test]
fn acknowledgements_and_sequences() {
    assert_eq!(pack(&Message::Ack { sequence_id: 42 }), bytes("03 92 08 2A"));
    assert_eq!(pack(&Message::Sequence { sequence_id: 42 }), bytes("03 92 09 2A"));
    assert_eq!(seen("05 92 08 CD 01 00"), json!({"type": 8, "sequenceId": 256}));
    // A number may come in a wider form than it needs, with a sign or without.
    assert_eq!(seen("04 92 09 D0 2A"), json!({"type": 9, "sequenceId": 42}));
    for (vector, name) in [
        ("02 91 08", "Ack"),
        ("03 92 08 FF", "Ack"),
        ("03 92 09 C0", "Sequence"),
    ] {
        assert_eq!(refused(vector), format!("Invalid SequenceId for {name} message."));
    }
}

#[test]
fn m16_numbers_keep_their_precision() {
    let record = pack(&result("0.005"));
    assert_eq!(
        record,
        bytes("11 95 03 80 A3 61 62 63 03 CB 3F 74 7A E1 47 AE 14 7B")
    );
    let record = body(&record);
    let message = messagepack::decode(&record).expect("a message");
    assert_eq!(
        write(&message),
        r#"{"type":3,"invocationId":"abc","result":0.005}"#
    );
}

#[test]
fn m17_a_length_of_128_has_two_bytes() {
    let mut record = vec![0x80, 0x01];
    record.extend([0x2a; 128]);
    assert_eq!(cut(128, &[&record]).0, [Ok(vec![0x2a; 128])]);
    for length in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
        let text = format!("\"{}\"", "x".repeat(length));
        let written = pack(&result(&text));
        let record = body_up_to(&written, 3_000_000);
        assert_eq!(
            messagepack::decode(&record).map(|message| write(&message).len()),
            Ok(write(&result(&text)).len())
        );
    }
}

fn body_up_to(frame: &[u8], limit: usize) -> Vec<u8> {
    match cut(limit, &[frame]).0.pop() {
        Some(Ok(record)) => record,
        other => panic!("{other:?}"),
    }
}

#[test]
fn m18_a_length_over_2_gb_ends_the_reading_and_is_reported_once() {
    for prefix in [
        "FF FF FF FF FF",
        "80 80 80 80 08",
        "80 80 80 80 80 01",
        "FF FF FF FF 0F",
    ] {
        let mut frame = bytes("02 91 06");
        frame.extend(bytes(prefix));
        frame.extend(bytes("02 91 06"));
        for at in 0..frame.len() {
            let (head, tail) = frame.split_at(at);
            let (records, reader) = cut(100, &[head, tail, &[0x02, 0x91, 0x06]]);
            assert_eq!(records, [Ok(vec![0x91, 0x06]), Err(100)], "{prefix}");
            assert_eq!(reader.error(), Some(FramingError::Over2Gb));
            assert_eq!(
                reader.error().map(|error| error.to_string()).as_deref(),
                Some("Messages over 2GB in size are not supported.")
            );
        }
    }
    let (_, mut reader) = cut(100, &[&bytes("FF FF FF FF FF")]);
    reader.reset();
    let mut count = 0;
    reader.feed(&[0x02, 0x91, 0x06], |record| {
        count += usize::from(record.is_ok());
        true
    });
    assert_eq!((count, reader.error()), (1, None), "a new connection begins anew");
}

/// Different: the official JavaScript client fails where the .NET ones wait, and so do we.
#[test]
fn m19_what_is_not_complete_waits() {
    for (frame, pending) in [("", 0), ("04 AB CD EF", 3), ("80", 0), ("FF FF FF FF 07", 0)] {
        let (records, reader) = cut(usize::MAX, &[&bytes(frame)]);
        assert_eq!(records, [], "{frame}");
        assert_eq!((reader.pending(), reader.error()), (pending, None), "{frame}");
    }
    // Over any number of frames, the length included.
    let mut long = vec![0x80, 0x01];
    long.extend([0x2a; 128]);
    long.extend([0x01, 0x07]);
    let bytewise: Vec<&[u8]> = long.chunks(1).collect();
    assert_eq!(cut(128, &bytewise).0, [Ok(vec![0x2a; 128]), Ok(vec![0x07])]);
}

#[test]
fn m20_a_message_of_no_bytes_is_seen_and_so_is_the_next() {
    let frame = bytes("00 02 91 06 00");
    assert_eq!(
        cut(100, &[&frame]).0,
        [Ok(vec![]), Ok(vec![0x91, 0x06]), Ok(vec![])]
    );
    assert_eq!(messagepack::decode(&[]), Err(DecodeError::NoType));
}

#[test]
fn m21_a_close_has_two_items_or_three() {
    for (vector, error, allow_reconnect) in [
        ("04 93 07 C0 C2", None, false),
        ("04 93 07 C0 C3", None, true),
        ("0A 93 07 A6 45 72 72 6F 72 21 C2", Some("Error!"), false),
    ] {
        let message = Message::Close {
            error: error.map(Cow::Borrowed),
            allow_reconnect,
        };
        assert_eq!(pack(&message), bytes(vector));
        assert_eq!(messagepack::decode(&bytes(vector)[1..]), Ok(message));
    }
    assert_eq!(seen("03 92 07 C0"), json!({"type": 7}));
    assert_eq!(
        seen("09 92 07 A6 45 72 72 6F 72 21"),
        json!({"type": 7, "error": "Error!"})
    );
}

#[test]
fn j20_j21_in_messagepack_unknown_types_are_told_apart_and_all_nine_are_read() {
    assert_eq!(
        messagepack::decode(&bytes("91 63")),
        Err(DecodeError::UnknownType(99))
    );
    assert_eq!(
        messagepack::decode(&bytes("92 0A C0")),
        Err(DecodeError::UnknownType(10))
    );
    assert_eq!(
        messagepack::decode(&bytes("91 FF")),
        Err(DecodeError::UnknownType(-1))
    );
    assert!(matches!(
        messagepack::decode(&bytes("92 0A C1")),
        Err(DecodeError::Malformed(_))
    ));
    assert!(matches!(
        messagepack::decode(&bytes("95 04 80 A1 31 A1 74 90")),
        Ok(Message::StreamInvocation { .. })
    ));
}

#[test]
fn j35_other_scripts_survive_in_messagepack() {
    crosses(r#"{"type":1,"target":"שלום","arguments":["äö😀","\u0000"]}"#);
    // What is no UTF-8 is refused wherever it stands, also in a payload that nobody reads.
    for record in [
        "95 01 80 C0 A1 FF 90",
        "95 01 80 C0 A1 74 91 A1 FF",
        "94 02 80 A1 61 81 A1 80 C0",
    ] {
        let error = messagepack::decode(&bytes(record)).expect_err(record).to_string();
        assert!(error.starts_with("Error reading MessagePack."), "{error}");
    }
}

// --- Values of MessagePack, beyond the official cases ---

#[test]
fn every_format_of_the_specification_is_read() {
    for (item, json) in [
        ("00", "0"),
        ("7F", "127"),
        ("E0", "-32"),
        ("FF", "-1"),
        ("C0", "null"),
        ("C2", "false"),
        ("C3", "true"),
        ("CC FF", "255"),
        ("CD FF FF", "65535"),
        ("CE FF FF FF FF", "4294967295"),
        ("CF FF FF FF FF FF FF FF FF", "18446744073709551615"),
        ("D0 80", "-128"),
        ("D0 7F", "127"),
        ("D1 80 00", "-32768"),
        ("D2 80 00 00 00", "-2147483648"),
        ("D3 80 00 00 00 00 00 00 00", "-9223372036854775808"),
        ("D3 7F FF FF FF FF FF FF FF", "9223372036854775807"),
        ("CA 3D CC CC CD", "0.1"),
        ("CA 7F C0 00 00", "null"),
        ("CB 3F B9 99 99 99 99 99 9A", "0.1"),
        ("CB 7F F0 00 00 00 00 00 00", "null"),
        ("CB 80 00 00 00 00 00 00 00", "-0"),
        ("CB 40 45 00 00 00 00 00 00", "42"),
        ("A0", "\"\""),
        ("A3 61 22 0A", "\"a\\\"\\n\""),
        ("D9 01 61", "\"a\""),
        ("DA 00 01 61", "\"a\""),
        ("DB 00 00 00 01 61", "\"a\""),
        ("C4 03 66 6F 6F", "\"Zm9v\""),
        ("C5 00 01 FB", "\"+w==\""),
        ("C6 00 00 00 00", "\"\""),
        ("90", "[]"),
        ("92 01 91 02", "[1,[2]]"),
        ("DC 00 01 C0", "[null]"),
        ("DD 00 00 00 02 C0 C3", "[null,true]"),
        ("80", "{}"),
        ("82 A1 61 01 A1 62 80", "{\"a\":1,\"b\":{}}"),
        ("DE 00 01 A1 61 01", "{\"a\":1}"),
        ("DF 00 00 00 01 A1 61 01", "{\"a\":1}"),
    ] {
        assert_eq!(json_of(item), json, "{item}");
    }
}

#[test]
fn keys_that_are_no_texts_become_texts() {
    for (item, json) in [
        ("81 2A C0", "{\"42\":null}"),
        ("81 FF C0", "{\"-1\":null}"),
        ("81 C3 C0", "{\"true\":null}"),
        ("81 C0 C0", "{\"null\":null}"),
        ("81 CB 3F E0 00 00 00 00 00 00 C0", "{\"0.5\":null}"),
        ("81 C4 03 66 6F 6F C0", "{\"Zm9v\":null}"),
        ("81 D6 FF 5A 4A 1A 50 C0", "{\"2018-01-01T11:24:00Z\":null}"),
    ] {
        assert_eq!(json_of(item), json, "{item}");
    }
    for item in ["81 90 C0", "81 80 C0", "81 91 01 C0"] {
        assert_eq!(messagepack::payload(&bytes(item)), None, "{item}");
    }
}

#[test]
fn numbers_and_lengths_take_the_smallest_form_that_holds_them() {
    for (json, item) in [
        ("0", "00"),
        ("127", "7F"),
        ("128", "CC 80"),
        ("255", "CC FF"),
        ("256", "CD 01 00"),
        ("65536", "CE 00 01 00 00"),
        ("4294967296", "CF 00 00 00 01 00 00 00 00"),
        ("-1", "FF"),
        ("-32", "E0"),
        ("-33", "D0 DF"),
        ("-128", "D0 80"),
        ("-129", "D1 FF 7F"),
        ("-32769", "D2 FF FF 7F FF"),
        ("-2147483649", "D3 FF FF FF FF 7F FF FF FF"),
        ("-9223372036854775808", "D3 80 00 00 00 00 00 00 00"),
        ("-0", "CB 80 00 00 00 00 00 00 00"),
        ("1.0", "CB 3F F0 00 00 00 00 00 00"),
        ("1e2", "CB 40 59 00 00 00 00 00 00"),
        ("18446744073709551616", "CB 43 F0 00 00 00 00 00 00"),
        ("1e999", "CB 7F F0 00 00 00 00 00 00"),
        ("\"\\u00e4\"", "A2 C3 A4"),
        (" [ 1 , { \"a\" : null } ] ", "92 01 81 A1 61 C0"),
    ] {
        let record = body(&pack(&result(json)));
        assert_eq!(record.get(8..).unwrap_or_default(), bytes(item), "{json}");
    }
    let item = |json: &str| body(&pack(&result(json))).get(8..11).map(<[u8]>::to_vec);
    let list = |count: usize| format!("[{}]", vec!["0"; count].join(","));
    let object = |count: usize| format!("{{{}}}", vec!["\"a\":0"; count].join(","));
    for (json, head) in [
        (format!("\"{}\"", "x".repeat(31)), "BF 78 78"),
        (format!("\"{}\"", "x".repeat(32)), "D9 20 78"),
        (format!("\"{}\"", "x".repeat(256)), "DA 01 00"),
        (format!("\"{}\"", "x".repeat(65_536)), "DB 00 01"),
        (list(15), "9F 00 00"),
        (list(16), "DC 00 10"),
        (list(65_536), "DD 00 01"),
        (object(15), "8F A1 61"),
        (object(16), "DE 00 10"),
        (object(65_536), "DF 00 01"),
    ] {
        assert_eq!(item(&json), Some(bytes(head)));
    }
}

#[test]
fn depth_is_bounded_as_it_is_in_json() {
    let nested = |levels: usize| {
        let mut item = vec![0x91; levels - 1];
        item.push(0x90);
        item
    };
    let record = |levels: usize| [bytes("94 02 80 A1 61"), nested(levels)].concat();
    assert!(messagepack::decode(&record(63)).is_ok());
    assert!(messagepack::decode(&record(64)).is_err());
    assert!(messagepack::decode(&record(1_000_000)).is_err());
    assert!(messagepack::payload(&nested(1_000_000)).is_none());
    // The deepest that either encoding reads, the other reads as well.
    let deepest = format!(
        r#"{{"type":2,"invocationId":"a","item":{}{}}}"#,
        "[".repeat(63),
        "]".repeat(63)
    );
    crosses(&deepest);
    // And what is deeper still, which only this program itself could write, ends in nil.
    let deeper = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert!(messagepack::decode(&body(&pack(&result(&deeper)))).is_ok());
}

#[test]
fn a_payload_that_is_not_json_after_all_is_still_written_as_messagepack() {
    for text in [
        "",
        "[",
        "{",
        "[}",
        "{]",
        "[1",
        "{\"a\"",
        "{\"a\":",
        "nul",
        "-",
        "\"",
        "]",
        "[{]}",
        "{\"a\":1 2}",
    ] {
        let record = body(&pack(&result(text)));
        assert!(messagepack::decode(&record).is_ok(), "{text}: {record:02x?}");
    }
}

#[test]
fn promises_that_cannot_be_kept_are_refused_at_once() {
    for item in [
        "DD FF FF FF FF",
        "DF FF FF FF FF",
        "DB FF FF FF FF",
        "C6 FF FF FF FF",
        "C9 FF FF FF FF FF",
        "DD FF FF FF FF 90 90",
    ] {
        assert_eq!(messagepack::payload(&bytes(item)), None, "{item}");
    }
    let streams = bytes("96 01 80 C0 A1 74 90 DD FF FF FF FF A1 61");
    assert!(matches!(
        messagepack::decode(&streams),
        Err(DecodeError::Malformed(_))
    ));
}

#[derive(serde::Deserialize, PartialEq, Debug)]
struct Item {
    n: u8,
    t: (String, bool),
}

#[test]
fn payloads_are_read_alike_whatever_their_encoding() {
    let record = bytes("94 02 80 A1 61 82 A1 6E 2A A1 74 92 A1 78 C3");
    let Ok(Message::StreamItem { item, .. }) = messagepack::decode(&record) else {
        panic!("no stream item");
    };
    let expected = Item {
        n: 42,
        t: ("x".to_owned(), true),
    };
    assert_eq!(item.decode::<Item>().ok(), Some(expected));
}

#[test]
fn texts_are_borrowed_from_the_record() {
    let record = bytes("96 01 80 A1 31 A1 74 90 91 A1 32");
    let Ok(Message::Invocation {
        invocation_id: Some(Cow::Borrowed("1")),
        target: Cow::Borrowed("t"),
        stream_ids,
        ..
    }) = messagepack::decode(&record)
    else {
        panic!("not borrowed");
    };
    assert!(matches!(stream_ids.as_slice(), [Cow::Borrowed("2")]));
}

// --- Binary framing, beyond the official cases ---

#[test]
fn a_binary_record_over_the_limit_never_loses_its_neighbours() {
    let mut frame = bytes("01 07");
    frame.extend([0x85, 0x00]);
    frame.extend([0x2a; 5]);
    frame.extend(bytes("02 91 06"));
    let expected = [Ok(vec![0x07]), Err(4), Ok(vec![0x91, 0x06])];
    assert_eq!(cut(4, &[&frame]).0, expected);
    let bytewise: Vec<&[u8]> = frame.chunks(1).collect();
    assert_eq!(cut(4, &bytewise).0, expected);
    // It is reported as soon as its length is known, and nothing of it is kept.
    let (records, reader) = cut(4, &[&[0xff, 0xff, 0xff, 0xff, 0x07], &[0x2a; 1000]]);
    assert_eq!((records.len(), reader.pending()), (1, 0));
}

#[test]
fn whole_binary_records_are_not_copied() {
    let frame = bytes("02 91 06 01 07");
    let range = frame.as_ptr_range();
    let mut reader = RecordReader::new(Encoding::MessagePack, 10);
    reader.feed(&frame, |record| {
        assert!(record.is_ok_and(|record| range.contains(&record.as_ptr())));
        true
    });
}

#[test]
fn whoever_hears_enough_stops_the_reading() {
    for (encoding, frame) in [
        (Encoding::MessagePack, bytes("01 07 01 08 01")),
        (Encoding::Json, b"a\x1eb\x1ec".to_vec()),
    ] {
        let mut count = 0;
        let mut reader = RecordReader::new(encoding, 10);
        reader.feed(&frame, |_| {
            count += 1;
            false
        });
        assert_eq!((count, reader.pending()), (1, 0));
    }
}

// --- Handshake ---

#[test]
fn the_handshake_names_either_encoding() {
    assert_eq!(
        handshake::write_request(Encoding::MessagePack.name(), 1),
        "{\"protocol\":\"messagepack\",\"version\":1}\u{1e}"
    );
    for (name, encoding) in [
        ("json", Some(Encoding::Json)),
        ("MessagePack", Some(Encoding::MessagePack)),
        ("blazorpack", None),
    ] {
        assert_eq!(Encoding::from_name(name), encoding);
    }
}
