//! T-Server: what is told at an agent's device over the course of its calls.
//!
//! Lives here: routing's reservations, private events, reservations that keep calls away.
//! May not be here: requests that need no time to pass (`hub/tests/requests.rs`).
//! An agent who is ready and attended gets a call within half a minute.
//! Answering is left to the case.

use super::{Rig, cti, heard, text};
use crate::centre::Span;
use serde_json::{Value, json};

fn count(events: &[Value], name: &str) -> usize {
    events.iter().filter(|event| event["Event"] == name).count()
}

#[test]
fn r98_routing_reserves_without_a_number_for_as_long_as_it_may_ring() {
    let mut rig = Rig::plain();
    let desk = rig.sign_in("1001");
    let other = rig.client("1002");
    for client in [&desk, &other] {
        rig.request(client, &json!({"Request": "TSetInputMask", "ReferenceID": 1}));
    }
    heard(&other, "TServerEvent");
    rig.ready(&desk);
    rig.advance(Span::from_secs(30));
    let told = heard(&desk, "TServerEvent");
    let reserved = told.iter().find(|event| event["Event"] == "EventAgentReserved");
    let reserved = reserved.expect("no reservation");
    assert_eq!(
        (text(reserved, "AgentID"), text(reserved, "ThisDN")),
        ("1001", "4001")
    );
    assert_eq!(
        (&reserved["Timeout"], reserved.get("ReferenceID")),
        (&json!(20_000), None)
    );
    assert!(
        heard(&other, "TServerEvent").is_empty(),
        "it is about another device"
    );
}

#[test]
fn a_call_that_is_answered_can_be_asked_about_again() {
    let mut rig = Rig::plain();
    let desk = rig.sign_in("1001");
    rig.request(&desk, &json!({"Request": "TSetInputMask", "ReferenceID": 1}));
    rig.ready(&desk);
    let call = (0..100).find_map(|_| {
        rig.advance(Span::from_millis(500));
        let events = cti(&desk);
        let begun = events.iter().find(|(name, _)| name == "OnCallBegin");
        begun.map(|(_, fields)| fields["UniqueObjectID"].clone())
    });
    rig.call(&desk, "Answer", &json!([{"InvokeID": 3, "UniqueObjectID": call}]));
    rig.advance(Span::from_secs(1));
    let told = heard(&desk, "TServerEvent");
    let changed = told.first().expect("nothing changed");
    assert_eq!((told.len(), text(changed, "Event")), (1, "EventCallInfoChanged"));
    assert!(changed["Extensions"]["Queue"].is_string());
    for asked in [
        json!({"Request": "TQueryAddress", "ReferenceID": 2, "ThisDN": "4001"}),
        json!({"Request": "TQueryCall", "ReferenceID": 2, "ConnID": changed["ConnID"]}),
    ] {
        rig.request(&desk, &asked);
        let told = heard(&desk, "TServerEvent");
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0]["ConnID"], changed["ConnID"]);
        assert_eq!(
            told[0].get("ReferenceID"),
            None,
            "the acknowledgement is the answer"
        );
        assert_eq!(
            (text(&told[1], "Event"), &told[1]["ReferenceID"]),
            ("EventACK", &json!(2))
        );
    }
}

#[test]
fn r99_r100_what_is_private_is_told_to_those_who_registered_for_it() {
    let mut rig = Rig::plain();
    let registered = rig.sign_in("1001");
    let service = json!({"Request": "TPrivateService", "ReferenceID": 5, "PrivateEvent": "ringnoanswer"});
    rig.request(&registered, &service);
    let told = heard(&registered, "TServerEvent");
    assert_eq!(
        (text(&told[0], "Event"), &told[0]["ReferenceID"]),
        ("EventACK", &json!(5))
    );
    assert_eq!(
        (text(&told[1], "Event"), &told[1]["ReferenceID"]),
        ("EventPrivateInfo", &json!(5))
    );
    let plain = rig.client("1001");
    rig.request(&plain, &json!({"Request": "TSetInputMask", "ReferenceID": 6}));
    heard(&plain, "TServerEvent");
    rig.ready(&registered);
    // Nobody answers.
    rig.advance(Span::from_secs(60));
    let told = heard(&registered, "TServerEvent");
    let notice = told.iter().find(|event| event["Event"] == "EventPrivateInfo");
    let notice = notice.expect("no notice");
    assert_eq!(
        (text(notice, "ThisDN"), text(notice, "PrivateEvent")),
        ("4001", "RingNoAnswer")
    );
    assert_eq!(notice.get("ReferenceID"), None);
    let others = heard(&plain, "TServerEvent");
    assert_eq!(
        count(&others, "EventAgentReserved"),
        count(&told, "EventAgentReserved")
    );
    assert_eq!(count(&others, "EventPrivateInfo"), 0);
}

#[test]
fn r96_a_reserved_agent_gets_no_call_of_a_queue_until_the_reservation_ends() {
    let mut rig = Rig::plain();
    let desk = rig.sign_in("1001");
    let reserve = json!({
        "Request": "TReserveAgent", "ReferenceID": 1, "AgentID": "1001", "Timeout": 600_000,
    });
    rig.request(&desk, &reserve);
    rig.ready(&desk);
    let calls = |events: &[(String, Value)]| events.iter().filter(|(name, _)| name == "OnCallBegin").count();
    rig.advance(Span::from_secs(590));
    assert_eq!(calls(&cti(&desk)), 0);
    rig.advance(Span::from_secs(60));
    assert!(
        calls(&cti(&desk)) > 0,
        "whose reservation is over gets calls again"
    );
}
