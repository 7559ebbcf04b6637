//! One desk at several hubs.
//!
//! Lives here: signing in at all of them, whose rows are certain when one is away, and that answers find their way.
//! May not be here: what a single session does (`session.rs`), the backups of a hub (`connection_failover.rs`).

mod session_rig;

use serde_json::{Value, json};
use session_rig::hubs::Hubs;
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::session::Input;
use switchhook::session::state::{Link, Screen};

const NORTH: usize = 0;
const SOUTH: usize = 1;

/// Two hubs; the second in the file has telephony and is therefore the first of the desk.
fn two_hubs() -> Hubs {
    let hub = |name: &str, extra: Value| {
        let mut hub = json!({
            "name": name,
            "token": { "url": format!("/{name}/token"), "identify": "basic" },
            "directory": {
                "agents": [{ "id": format!("{name}-ann"), "name": "Ann", "agentId": "1001" }],
                "queues": [{ "id": "q", "name": format!("{name} sales") }]
            }
        });
        hub.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        hub
    };
    Hubs::new(&json!({ "sources": [hub("south", json!({})), hub("north", json!({ "telephony": "ctios" }))] }))
}

fn queue_status(waiting: u32) -> String {
    format!(
        r#"[{{"subscription":{{"eventType":"QueueStatus","entityId":"q"}},"data":{{"eventType":"QueueStatus",
        "entityType":"Queue","entityId":"q","messageTTLSeconds":60,"queueId":"q","nbrOfQueuingRequesters":{waiting},
        "id":"aa90c608-7fd4-4c59-af60-d8141470e85b","timestamp":"2023-11-14T22:13:20.5Z"}}}}]"#
    )
}

impl Hubs {
    fn waiting(&self, hub: usize) -> Option<u32> {
        let model = self.model.borrow();
        let key = model.queues.find(Ref::new(source(hub), "q"))?;
        model.queues.get(key)?.waiting
    }

    fn is_sure(&self, hub: usize) -> bool {
        let model = self.model.borrow();
        let key = model
            .queues
            .find(Ref::new(source(hub), "q"))
            .expect("the queue is known");
        let queue = model.queues.get(key).expect("the queue is known");
        model.is_confirmed(queue.source, queue.confirmed_in)
    }

    fn links(&self) -> (Link, Vec<(String, Link)>) {
        let view = self.desk.connection();
        let others = view.hubs.iter().map(|hub| (hub.name.clone(), hub.link));
        (view.link, others.collect())
    }
}

fn source(hub: usize) -> SourceId {
    SourceId(u8::try_from(hub * 4).expect("few hubs"))
}

#[test]
fn whoever_signs_in_is_signed_in_everywhere_the_hub_with_telephony_first() {
    let mut hubs = two_hubs();
    hubs.sign_in();
    assert_eq!(hubs.asked(), ["/north/token"], "the others wait for the first");
    hubs.answer_token(NORTH);
    assert_eq!(hubs.desk.screen(), &Screen::Desk);
    assert_eq!(hubs.asked(), ["/south/token"]);
    hubs.answer_token(SOUTH);
    hubs.connect(NORTH);
    hubs.connect(SOUTH);
    assert!(
        hubs.sent(NORTH)
            .iter()
            .any(|record| record.contains("SetAgentState") || record.contains("Login"))
    );
    assert!(
        !hubs
            .sent(SOUTH)
            .iter()
            .any(|record| record.contains("SetAgentState") || record.contains("Login"))
    );
    assert!(hubs.desk.has_telephony());
}

#[test]
fn each_hub_tells_rows_of_its_own_and_the_same_id_is_two_queues() {
    let mut hubs = two_hubs();
    hubs.all_connected();
    hubs.calls(NORTH, "MessageReceived", &queue_status(3));
    hubs.calls(SOUTH, "MessageReceived", &queue_status(7));
    assert_eq!([hubs.waiting(NORTH), hubs.waiting(SOUTH)], [Some(3), Some(7)]);
    let model = hubs.model.borrow();
    let me = model
        .desk
        .me
        .and_then(|me| model.agents.get(me))
        .expect("somebody works here");
    assert_eq!((me.source, &*me.id), (source(NORTH), "north-ann"));
}

#[test]
fn rows_of_a_hub_that_is_away_are_as_of_while_the_others_stay_live() {
    for (away, stays) in [(NORTH, SOUTH), (SOUTH, NORTH)] {
        let mut hubs = two_hubs();
        hubs.all_connected();
        hubs.calls(NORTH, "MessageReceived", &queue_status(3));
        hubs.calls(SOUTH, "MessageReceived", &queue_status(7));
        assert!(hubs.is_sure(NORTH) && hubs.is_sure(SOUTH));
        hubs.drop_socket(away);
        assert!(!hubs.is_sure(away) && hubs.is_sure(stays));
        let (lead, others) = hubs.links();
        let gone = if away == NORTH { lead } else { others[0].1 };
        let there = if away == NORTH { others[0].1 } else { lead };
        assert!(matches!(gone, Link::Reconnecting { .. }), "{gone:?}");
        assert_eq!(there, Link::Live);
        assert_eq!(others[0].0, "south");
        hubs.calls(stays, "MessageReceived", &queue_status(9));
        assert_eq!(hubs.waiting(stays), Some(9));
        // It comes back, and is confirmed anew.
        hubs.pass(2_000);
        hubs.answer_token(away);
        hubs.connect(away);
        assert!(!hubs.is_sure(away), "nothing was heard in the new session");
        hubs.calls(away, "MessageReceived", &queue_status(1));
        assert!(hubs.is_sure(away));
    }
}

#[test]
fn a_command_is_the_first_hubs_and_the_loss_of_another_does_not_end_it() {
    let mut hubs = two_hubs();
    hubs.all_connected();
    let in_flight = |hubs: &Hubs| hubs.model.borrow().desk.in_flight.len();
    assert_eq!(
        in_flight(&hubs),
        1,
        "signing in at the telephony server is a command"
    );
    hubs.drop_socket(SOUTH);
    assert_eq!(in_flight(&hubs), 1);
    hubs.drop_socket(NORTH);
    assert_eq!(in_flight(&hubs), 0);
}

#[test]
fn a_hub_that_lets_nobody_in_does_not_keep_the_desk_from_working() {
    let mut hubs = two_hubs();
    hubs.sign_in();
    hubs.answer_token(NORTH);
    hubs.answer(SOUTH, 401, "no");
    hubs.connect(NORTH);
    assert_eq!(
        hubs.links(),
        (Link::Live, vec![("south".to_owned(), Link::Stopped)])
    );
    // Too many tries lock people out.
    for _ in 0..100 {
        hubs.pass(60_000);
        hubs.hears(NORTH, "{\"type\":6}\u{1e}");
    }
    assert_eq!(hubs.asked(), [""; 0]);
    hubs.feed(Input::Wire(switchhook::session::WireInput::RetryNow));
    assert_eq!(hubs.asked(), ["/south/token"]);
    hubs.answer_token(SOUTH);
    hubs.connect(SOUTH);
    assert_eq!(hubs.links().1[0].1, Link::Live);
}

#[test]
fn a_hub_that_cannot_be_reached_at_the_sign_in_is_asked_again_later() {
    let mut hubs = two_hubs();
    hubs.sign_in();
    hubs.answer_token(NORTH);
    hubs.connect(NORTH);
    hubs.answer(SOUTH, 503, "");
    assert_eq!(hubs.asked(), [""; 0]);
    hubs.pass(29_000);
    assert_eq!(hubs.asked(), [""; 0]);
    hubs.pass(1_000);
    assert_eq!(hubs.asked(), ["/south/token"]);
}

#[test]
fn whoever_leaves_leaves_everywhere_and_can_come_back() {
    let mut hubs = two_hubs();
    hubs.all_connected();
    hubs.feed(Input::Leave);
    assert_eq!(hubs.open_sockets(), 0);
    hubs.pass(120_000);
    assert_eq!((hubs.asked(), hubs.open_sockets()), (vec![], 0));
    hubs.all_connected();
    assert_eq!(hubs.links().0, Link::Live);
    // Whoever was refused at one of them is asked for again by the next sign-in.
    hubs.feed(Input::Leave);
    hubs.sign_in();
    hubs.answer_token(NORTH);
    hubs.answer(SOUTH, 401, "no");
    hubs.feed(Input::Leave);
    hubs.sign_in();
    hubs.answer_token(NORTH);
    assert_eq!(hubs.asked(), ["/south/token"]);
}

#[test]
fn no_two_sessions_have_a_request_or_socket_of_the_same_name() {
    let mut hubs = two_hubs();
    hubs.all_connected();
    for _ in 0..20 {
        hubs.drop_socket(NORTH);
        hubs.drop_socket(SOUTH);
        hubs.pass(60_000);
        hubs.answer_token(NORTH);
        hubs.answer_token(SOUTH);
        hubs.connect(NORTH);
        hubs.connect(SOUTH);
    }
    let (given, different) = hubs.names();
    assert!(given > 100);
    assert_eq!(given, different);
}
