//! The session from sign-in to sign-out, against a scripted hub and with a clock of its own.

use std::cell::RefCell;
use std::rc::Rc;
use switchhook::connection::{Action, Input as Wire, Millis, SocketId};
use switchhook::domain::{Model, Moment};
use switchhook::session::config::{self, Config};
use switchhook::session::state::{Link, Screen, SignInError};
use switchhook::session::{Credentials, Effect, FetchId, Input, Now, Session};

const ANN: &str = "aa9730c4-ce86-e611-80c9-00505689257e";
const QUEUE: &str = "c9eeb030-ff4b-ea11-ac9c-00155d4fdcf3";
const LIST: &str = "d0eeb030-ff4b-ea11-ac9c-00155d4fdcf3";

fn site(extra: &str) -> Config {
    let json = format!(
        r#"{{"source":{{"token":{{"url":"/token/me/rte/","identify":"basic"}},
            "directory":{{"agents":[{{"id":"{ANN}","name":"Ann","agentId":"1001"}}],
                          "queues":[{{"id":"{QUEUE}","name":"Support"}}],
                          "callLists":[{{"id":"{LIST}","name":"Callbacks"}}]}}{extra}}}}}"#
    );
    config::parse(json.as_bytes())
        .map(|(config, _)| config)
        .expect("the configuration is good")
}

/// A session with a scripted hub at its other end.
struct Desk {
    session: Session,
    model: Rc<RefCell<Model>>,
    time: i64,
    sent: Vec<String>,
    fetches: Vec<(FetchId, String, Option<String>)>,
    negotiations: Vec<switchhook::connection::RequestId>,
    sockets: Vec<SocketId>,
    open: Option<SocketId>,
}

impl Desk {
    fn new(config: Config) -> Self {
        let model = Rc::new(RefCell::new(Model::default()));
        Self {
            session: Session::new(config, Rc::clone(&model)),
            model,
            time: 0,
            sent: Vec::new(),
            fetches: Vec::new(),
            negotiations: Vec::new(),
            sockets: Vec::new(),
            open: None,
        }
    }

    fn feed(&mut self, input: Input<'_>) {
        let now = Now {
            monotonic: Millis::new(self.time),
            wall: Moment(1_700_000_000_000 + self.time),
            random: 7,
        };
        self.session.step(input, now);
        for effect in self.session.take_effects() {
            match effect {
                Effect::Fetch {
                    fetch,
                    url,
                    authorization,
                    ..
                } => self
                    .fetches
                    .push((fetch, url, authorization.map(|secret| secret.expose().to_owned()))),
                Effect::Wire(Action::Negotiate { request, .. }) => self.negotiations.push(request),
                Effect::Wire(Action::OpenSocket { socket, .. }) => self.sockets.push(socket),
                Effect::Wire(Action::SendText { text, .. }) => {
                    self.sent
                        .extend(text.split_terminator('\u{1e}').map(str::to_owned));
                }
                Effect::Wire(Action::CloseSocket { socket }) if self.open == Some(socket) => self.open = None,
                Effect::Wire(_) | Effect::Tell(_) => {}
            }
        }
    }

    fn pass(&mut self, milliseconds: i64) {
        self.time += milliseconds;
        self.feed(Input::Tick);
    }

    fn sign_in(&mut self) {
        self.feed(Input::SignIn(Credentials {
            login_id: "1001".into(),
            password: String::new(),
            extension: "4001".into(),
        }));
    }

    fn answer_fetch(&mut self, status: u16, body: &str) {
        let (fetch, _, _) = self.fetches.pop().expect("a request is under way");
        self.feed(Input::Fetched {
            fetch,
            status,
            body: body.as_bytes(),
        });
    }

    fn answer_token(&mut self) {
        self.answer_fetch(200, r#"{"WssEndpoint":"ws://hub.example/rte","Token":"a.e30.c"}"#);
    }

    fn answer_negotiate(&mut self) {
        let request = self.negotiations.pop().expect("negotiation is under way");
        self.feed(Input::Wire(Wire::NegotiateAnswered {
            request,
            status: 200,
            body: br#"{"negotiateVersion":1,"connectionId":"c","connectionToken":"t",
                       "availableTransports":[{"transport":"WebSockets","transferFormats":["Text"]}]}"#,
            retry_after: None,
        }));
    }

    fn open_socket(&mut self) {
        let socket = self.sockets.pop().expect("a socket is opening");
        self.open = Some(socket);
        self.feed(Input::Wire(Wire::SocketOpened { socket }));
        self.receive("{}\u{1e}");
    }

    fn receive(&mut self, text: &str) {
        let socket = self.open.expect("a socket is open");
        self.feed(Input::Wire(Wire::SocketData {
            socket,
            bytes: text.as_bytes(),
        }));
    }

    fn drop_socket(&mut self) {
        let socket = self.open.take().expect("a socket is open");
        self.feed(Input::Wire(Wire::SocketClosed {
            socket,
            code: 1006,
            reason: "",
            clean: false,
        }));
    }

    /// The last invocation of `target`: its id and arguments.
    fn invocation(&self, target: &str) -> Option<(String, serde_json::Value)> {
        self.sent.iter().rev().find_map(|record| {
            let message: serde_json::Value = serde_json::from_str(record).ok()?;
            (message.get("target")?.as_str()? == target).then(|| {
                let id = message
                    .get("invocationId")
                    .and_then(|id| id.as_str())
                    .unwrap_or_default();
                (id.to_owned(), message["arguments"].clone())
            })
        })
    }

    fn complete(&mut self, target: &str, result: &str) {
        let (id, _) = self
            .invocation(target)
            .unwrap_or_else(|| panic!("{target} was invoked: {:?}", self.sent));
        self.receive(&format!(
            "{{\"type\":3,\"invocationId\":\"{id}\",\"result\":{result}}}\u{1e}"
        ));
    }

    fn connect(&mut self) {
        self.sign_in();
        self.answer_token();
        self.answer_negotiate();
        self.open_socket();
        self.complete(
            "AvailableSubscriptions",
            r#"["UserStatus","UserAvailability","QueueStatus","CallbackChanged"]"#,
        );
    }

    fn link(&self) -> Link {
        self.session.connection().link
    }
}

fn user_status(talking: bool) -> String {
    format!(
        r#"{{"type":1,"target":"MessageReceived","arguments":[{{"subscription":{{"eventType":"UserStatus","entityId":"{ANN}"}},
        "data":{{"eventType":"UserStatus","entityType":"User","entityId":"{ANN}","messageTTLSeconds":60,"userId":"{ANN}",
        "talking":{talking},"available":true,"serving":true,"id":"aa90c608-7fd4-4c59-af60-d8141470e85b","timestamp":"2023-11-14T22:13:20.5Z"}}}}]}}"#
    ) + "\u{1e}"
}

#[test]
fn r1_the_token_comes_from_the_address_and_the_hub_from_its_answer() {
    let mut desk = Desk::new(site(""));
    desk.sign_in();
    let (_, url, authorization) = desk.fetches.last().cloned().expect("the token is fetched");
    assert_eq!(url, "/token/me/rte/");
    assert_eq!(authorization.as_deref(), Some("Basic MTAwMTo="));
    assert!(matches!(desk.session.screen(), Screen::SignIn { busy: true, .. }));
    desk.answer_token();
    assert_eq!(desk.session.screen(), &Screen::Desk);
    assert_eq!(desk.session.connection().server, "hub.example");
    assert_eq!(desk.negotiations.len(), 1);
}

#[test]
fn r1_who_is_not_let_in_stays_at_the_sign_in_with_the_reason() {
    let mut desk = Desk::new(site(""));
    desk.sign_in();
    desk.answer_fetch(401, "There is no agent 1001.");
    let Screen::SignIn { busy, error, .. } = desk.session.screen() else {
        panic!("{:?}", desk.session.screen());
    };
    assert!(!busy);
    assert_eq!(
        error,
        &Some(SignInError::Refused("There is no agent 1001.".into()))
    );
}

#[test]
fn r3_r5_r7_the_desk_subscribes_to_what_is_available_and_shows_what_was_refused() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    assert_eq!(desk.link(), Link::Preparing);
    let (_, arguments) = desk.invocation("Subscribe").expect("subscribed");
    let items = arguments[0].as_array().expect("one list of items").clone();
    let has = |id: &str, event: &str| {
        items
            .iter()
            .any(|item| item["entityId"] == id && item["eventName"] == event)
    };
    assert!(has(ANN, "UserStatus") && has(ANN, "UserAvailability"));
    assert!(has(QUEUE, "QueueStatus") && has(LIST, "CallbackChanged"));
    assert_eq!(items.len(), 4, "only what is available is asked for");
    let results: Vec<String> = items
        .iter()
        .map(|item| {
            let queue = item["eventName"] == "QueueStatus";
            format!(
                r#"{{"subscribed":{},"message":{},"entityId":{},"eventName":"{}"}}"#,
                !queue,
                if queue { "\"Unauthorized\"" } else { "null" },
                item["entityId"],
                item["eventName"].as_str().unwrap_or_default().to_lowercase()
            )
        })
        .collect();
    desk.complete("Subscribe", &format!("[{}]", results.join(",")));
    assert_eq!(desk.link(), Link::Live);
    assert_eq!(desk.session.connection().subscribed, (3, 4));
    assert!(desk.session.connection().refused[0].contains("Unauthorized"));
}

#[test]
fn an_event_reaches_the_model_in_the_step_that_received_it() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.receive(&user_status(true));
    let model = desk.model.borrow();
    let talking = model
        .desk
        .me
        .and_then(|me| model.agents.get(me))
        .and_then(|agent| agent.talking);
    assert_eq!(talking, Some(true));
}

#[test]
fn one_bad_record_never_loses_its_neighbours_and_is_counted() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    let frame = format!(
        "{}{{broken\u{1e}[]\u{1e}{}",
        user_status(false),
        user_status(true)
    );
    let (head, tail) = frame.split_at(frame.len() / 3);
    desk.receive(head);
    desk.receive(tail);
    let model = desk.model.borrow();
    let talking = model
        .desk
        .me
        .and_then(|me| model.agents.get(me))
        .and_then(|agent| agent.talking);
    assert_eq!(talking, Some(true));
    assert_eq!(desk.session.connection().bad_records, 2);
    assert_eq!(desk.link(), Link::Preparing, "the connection stays");
}

#[test]
fn d15_unknown_events_fields_and_values_are_counted() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.receive("{\"type\":1,\"target\":\"Other\",\"arguments\":[]}\u{1e}");
    desk.receive("{\"type\":1,\"target\":\"MessageReceived\",\"arguments\":[{\"data\":{\"eventType\":\"Novel\"}}]}\u{1e}");
    desk.receive("{\"type\":1,\"target\":\"MessageReceived\",\"arguments\":[7]}\u{1e}");
    assert!(
        desk.session.oddities().tallies().len() >= 2,
        "{:?}",
        desk.session.oddities()
    );
    assert_eq!(desk.session.connection().bad_records, 0);
}

#[test]
fn r2_r3_a_reconnect_fetches_a_fresh_token_and_subscribes_anew() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.complete("Subscribe", "[]");
    desk.drop_socket();
    assert!(
        matches!(desk.link(), Link::Reconnecting { .. }),
        "{:?}",
        desk.link()
    );
    desk.sent.clear();
    desk.pass(2_000);
    assert_eq!(desk.fetches.len(), 1, "a fresh token for every reconnect");
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    desk.complete("AvailableSubscriptions", "[]");
    assert!(desk.invocation("Subscribe").is_some());
}

#[test]
fn r1_a_refused_token_at_reconnect_leads_back_to_the_sign_in() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.drop_socket();
    desk.pass(2_000);
    desk.answer_fetch(401, "The session has ended.");
    // A fresh token is asked for once more, then the desk gives up in words.
    while !desk.fetches.is_empty() {
        desk.answer_fetch(401, "The session has ended.");
    }
    let Screen::SignIn { error, .. } = desk.session.screen() else {
        panic!("{:?} {:?}", desk.session.screen(), desk.session.connection());
    };
    assert!(matches!(error, Some(SignInError::Refused(_))), "{error:?}");
    assert!(
        desk.session.next_wake().is_none(),
        "nothing runs behind the sign-in"
    );
}

#[test]
fn d4_callbacks_that_the_snapshot_did_not_list_are_gone_after_the_answer() {
    let mut desk = Desk::new(site(r#","snapshot":true"#));
    desk.connect();
    let callback = |id: &str| {
        format!(
            r#"{{"type":1,"target":"MessageReceived","arguments":[{{"data":{{"eventType":"CallbackChanged","entityType":"CallList",
            "entityId":"{LIST}","callBackId":"{id}","callListId":"{LIST}","created":false,"isClosed":false,"messageTTLSeconds":120}}}}]}}"#
        ) + "\u{1e}"
    };
    desk.receive(&callback("11111111-0000-0000-0000-000000000000"));
    desk.receive(&callback("22222222-0000-0000-0000-000000000000"));
    desk.complete("Subscribe", "[]");
    assert_eq!(desk.model.borrow().callbacks.len(), 2);
    desk.drop_socket();
    desk.pass(2_000);
    desk.answer_token();
    desk.answer_negotiate();
    desk.open_socket();
    desk.complete("AvailableSubscriptions", "[]");
    desk.receive(&callback("22222222-0000-0000-0000-000000000000"));
    assert_eq!(desk.model.borrow().callbacks.len(), 2, "not before the answer");
    desk.complete("Subscribe", "[]");
    assert_eq!(desk.model.borrow().callbacks.len(), 1);
}

#[test]
fn leaving_ends_everything() {
    let mut desk = Desk::new(site(""));
    desk.connect();
    desk.feed(Input::Leave);
    assert!(desk.open.is_none(), "the socket is closed");
    assert!(desk.session.next_wake().is_none());
    assert!(matches!(
        desk.session.screen(),
        Screen::SignIn {
            busy: false,
            error: None,
            ..
        }
    ));
    assert!(desk.model.borrow().desk.me.is_none());
}
