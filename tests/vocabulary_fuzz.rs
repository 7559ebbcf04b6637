//! Mutated messages of the three small vocabularies, and mutated transcripts of all five: whatever comes, in whatever
//! order, no decoder panics, what is remembered stays bounded, and each can be used afterwards.

mod replay;

use replay::Listener;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use switchhook::domain::Moment;
use switchhook::domain::call::{FIELDS_KEPT, PHRASES_KEPT, RECORDINGS_KEPT};
use switchhook::domain::model::Model;
use switchhook::domain::model::{ALERTS_KEPT, FAILURES_KEPT, PAST_CALLS_KEPT, SETTINGS_KEPT};
use switchhook::protocol::message::Payload;
use switchhook::vendor::oddity::{NAME_LENGTH, NAMES_KEPT};
use switchhook::vendor::tserver::request::{References, Request};
use switchhook::vendor::tserver::resync::{Known, Resync};
use switchhook::vendor::{Oddities, callgem, ccs, tserver};

const MUTATIONS: u32 = 10_000;

const TSERVER: [&str; 5] = [
    r#"[{"Event":"EventACK","ReferenceID":1,"Server":"ts","time":"2024-05-06T07:08:09Z","SubscriptionID":"s","Extensions":{"a":[1,{}]}}]"#,
    r#"[{"Event":"EventAgentReserved","AgentID":"4711","ThisDN":"2001","Timeout":20000,"time":1714979289.5,"Server":"ts"}]"#,
    r#"[{"Event":"EventCallInfoChanged","ConnID":"c1","Extensions":{"a":"b"},"time":1714979289,"Server":"ts"}]"#,
    r#"[{"Event":"EventPrimaryChanged","ApplicationName":"ts-2","time":"2024-05-06T07:08:09Z"}]"#,
    r#"[{"Event":"EventLinkConnected"}]"#,
];

const CCS: [&str; 4] = [
    r#"[{"event":"call_create","domain":"sales","call":"c1","subscriber":"4711","caller":"+358","called":"4711","info":{"k":"v"}}]"#,
    r#"[{"event":"connection_create","domain":"sales","connection":"d1","seance":"s1","calls":["c1","c2"],"time":"2024-05-06T07:08:09Z"}]"#,
    r#"[{"event":"connection_set_record_info","domain":"sales","connection":"d1","code":"r1","link":"https://records.example/r1"}]"#,
    r#"[{"event":"connection_failure","domain":"sales","id":"e1","call":"c3","subscriber":"4711","reason":"busy"}]"#,
];

const CALLGEM: [&str; 3] = [
    r#"["VZ\\TXABC001\\TDProduction\\CNMobiles\\YC{\\C1gold\\C2{\\D1x}}\\ANJoe\\SI654321\\DS1\\OS0\\TS42198.377102\\T242198.376112"]"#,
    r#"["EE\\TXABC001"]"#,
    r#"["EV\\TXABC001\\TDtenant1\\CS100\\TS42198.5\\TW60"]"#,
];

/// A small generator, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    /// One of the messages with up to four changes: a letter replaced, a piece left out, doubled or moved.
    fn mutate(&mut self, messages: &[&str]) -> String {
        const LETTERS: &[u8] = b"\\\"{}[]:,0159.-eEnulltrue\x00\xFF\xC3 ";
        let mut bytes = messages[self.roll(messages.len())].as_bytes().to_vec();
        for _ in 0..=self.roll(4) {
            if bytes.is_empty() {
                break;
            }
            let start = self.roll(bytes.len());
            let end = (start + self.roll(12)).min(bytes.len());
            match self.roll(4) {
                0 => bytes[start] = LETTERS[self.roll(LETTERS.len())],
                1 => drop(bytes.drain(start..end)),
                2 => {
                    let piece = bytes[start..end].to_vec();
                    bytes.splice(start..start, piece);
                }
                _ => {
                    let piece: Vec<u8> = bytes.drain(start..end).collect();
                    let place = self.roll(bytes.len() + 1);
                    bytes.splice(place..place, piece);
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[test]
fn mutated_messages_of_a_tserver_are_read_or_refused() {
    let mut dice = Dice(0x5EED_0001);
    let (mut references, mut machine) = (References::default(), Resync::default());
    let (mut oddities, mut model) = (Oddities::default(), Model::default());
    for _ in 0..MUTATIONS {
        let json = dice.mutate(&TSERVER);
        references.number(Request::QueryLocation);
        let _ = tserver::decode(
            Payload::from_json(&json),
            &tserver::Site::default(),
            &mut oddities,
            &mut |stamp, event| model.apply(event, stamp, Moment(0)),
        );
        let payload = Payload::from_json(&json);
        let _ = tserver::read(
            payload,
            tserver::Site::default().zone,
            &mut oddities,
            |message, _| {
                let answered = references.settle(message);
                machine.step(message, answered.as_ref(), Known::default(), &mut references)
            },
        );
    }
    assert!(!oddities.is_empty());
}

#[test]
fn mutated_messages_of_ccsevents_are_read_or_refused() {
    let mut dice = Dice(0x5EED_0002);
    let (mut decoder, site) = (ccs::Decoder::default(), ccs::Site::default());
    let (mut oddities, mut model) = (Oddities::default(), Model::default());
    for _ in 0..MUTATIONS {
        let json = dice.mutate(&CCS);
        let _ = decoder.decode(
            Payload::from_json(&json),
            &site,
            &mut oddities,
            &mut |stamp, event| model.apply(event, stamp, Moment(0)),
        );
    }
    assert!(!oddities.is_empty());
}

#[test]
fn mutated_lines_of_callgem_are_read_or_refused() {
    let mut dice = Dice(0x5EED_0003);
    let (mut decoder, site) = (callgem::Decoder::default(), callgem::Site::default());
    let (mut oddities, mut model) = (Oddities::default(), Model::default());
    for _ in 0..MUTATIONS {
        let json = dice.mutate(&CALLGEM);
        let _ = decoder.decode(
            Payload::from_json(&json),
            &site,
            &mut oddities,
            &mut |stamp, event| model.apply(event, stamp, Moment(0)),
        );
        let _ = callgem::read(Payload::from_json(&json), &mut oddities, |message, _| {
            if let Ok(request) = callgem::EventRequest::from_message(message) {
                assert!(request.line().is_ok());
            }
        });
    }
    assert!(!oddities.is_empty());
}

/// One call of a client method.
#[derive(Clone)]
struct Line {
    at: i64,
    target: String,
    arguments: Value,
}

/// The head and the lines of every transcript.
fn transcripts() -> Vec<(Value, Vec<Line>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let folders = fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path());
    let mut files: Vec<_> = folders
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    let read = |file| {
        let text = fs::read_to_string(file).unwrap();
        let mut lines = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let head = lines.next().unwrap();
        let lines = lines.map(|line| Line {
            at: line["at"].as_i64().unwrap(),
            target: line["target"].as_str().unwrap().to_owned(),
            arguments: line["arguments"].clone(),
        });
        (head, lines.collect())
    };
    files.into_iter().map(read).collect()
}

impl Dice {
    /// Leads to one of the values in a value, at any depth.
    fn place<'v>(&mut self, value: &'v mut Value) -> &'v mut Value {
        let children = match value {
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
            _ => 0,
        };
        if children == 0 || self.roll(4) == 0 {
            return value;
        }
        let child = self.roll(children);
        match value {
            Value::Array(items) => self.place(&mut items[child]),
            Value::Object(fields) => self.place(fields.values_mut().nth(child).unwrap()),
            other => other,
        }
    }

    /// Something else in the place of a value, as like as not of another type.
    fn other(&mut self, value: &Value) -> Value {
        let more = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1e300),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(""),
            json!("\u{0}\\\u{1F4DE}\u{202E}"),
            json!("x".repeat(5_000)),
            json!("9999-12-31T23:59:59.9999999"),
            json!([]),
            json!({}),
            json!([value.clone(), value.clone()]),
            json!({"a": value.clone()}),
            json!(value.to_string()),
        ];
        more[self.roll(more.len())].clone()
    }

    /// An excerpt of a transcript with up to six changes to its order and content.
    fn mutate_transcript(&mut self, own: &[Line], other: &[Line]) -> Vec<Line> {
        let start = self.roll(own.len());
        let mut lines: Vec<Line> = own.iter().skip(start).take(24).cloned().collect();
        for _ in 0..=self.roll(6) {
            if lines.is_empty() {
                break;
            }
            let (here, there) = (self.roll(lines.len()), self.roll(lines.len()));
            match self.roll(8) {
                0 => drop(lines.remove(here)),
                1 => lines.insert(there, lines[here].clone()),
                2 => lines.swap(here, there),
                3 => lines.truncate(here + 1),
                4 => lines.insert(here, other[self.roll(other.len())].clone()),
                5 => lines[here].at += (self.roll(1 << 40) as i64) - (1 << 39),
                6 => lines[here].arguments = lines[there].arguments.clone(),
                _ => {
                    let value = self.place(&mut lines[here].arguments);
                    *value = self.other(value);
                }
            }
        }
        lines
    }
}

/// What the model keeps is as bounded as it says.
fn check_bounds(listener: &Listener) {
    let Listener { model, oddities, .. } = listener;
    assert!(oddities.tallies().len() <= NAMES_KEPT);
    let names = oddities.tallies().iter().map(|tally| tally.name.len());
    assert!(names.max().unwrap_or_default() <= NAME_LENGTH);
    assert!(model.past_calls.len() <= PAST_CALLS_KEPT);
    assert!(model.desk.alerts.len() <= ALERTS_KEPT && model.desk.failed.len() <= FAILURES_KEPT);
    assert!(model.desk.settings.len() <= SETTINGS_KEPT);
    for (_, call) in model.calls.rows() {
        assert!(call.data.len() <= FIELDS_KEPT && call.transcript.len() <= PHRASES_KEPT);
        assert!(call.recordings.len() <= RECORDINGS_KEPT);
    }
    let over = model
        .calls
        .rows()
        .filter(|(_, call)| !call.stage.is_live())
        .count();
    assert!(over <= PAST_CALLS_KEPT, "{over} calls that are over");
}

#[test]
fn ten_thousand_mutated_transcripts_break_nothing() {
    let transcripts = transcripts();
    let mut dice = Dice(0x5EED_0004);
    let mut listener = Listener::new(&transcripts[0].0);
    for number in 0..MUTATIONS as usize {
        let (head, own) = &transcripts[number % transcripts.len()];
        // A page that has heard many of them must not have grown by them.
        if number % 500 == 0 {
            listener = Listener::new(head);
        }
        let other = &transcripts[dice.roll(transcripts.len())].1;
        for line in dice.mutate_transcript(own, other) {
            let mut arguments = line.arguments.to_string();
            if dice.roll(50) == 0 {
                let end = dice.roll(arguments.len());
                let end = (0..=end)
                    .rev()
                    .find(|end| arguments.is_char_boundary(*end))
                    .unwrap();
                arguments.truncate(end);
            }
            listener.hear(Moment(line.at), &line.target, &arguments);
        }
        listener.told.clear();
        if number % 100 == 99 {
            check_bounds(&listener);
        }
    }
    assert!(!listener.oddities.is_empty());
    // And afterwards it hears as well as ever.
    let (head, lines) = &transcripts[0];
    let (mut fresh, mut used) = (Listener::new(head), Listener::new(head));
    for line in dice.mutate_transcript(lines, lines) {
        used.hear(Moment(line.at), &line.target, "[");
    }
    for line in lines {
        for listener in [&mut fresh, &mut used] {
            listener.hear(Moment(line.at), &line.target, &line.arguments.to_string());
        }
    }
    assert_eq!(
        replay::dump::rows(&fresh.model, None, &|_| true),
        replay::dump::rows(&used.model, None, &|_| true)
    );
}
