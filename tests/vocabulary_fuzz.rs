//! Mutated messages of the three small vocabularies: whatever comes, no decoder panics, and each can be used afterwards.

use switchhook::domain::Moment;
use switchhook::domain::model::Model;
use switchhook::protocol::message::Payload;
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
