//! One desk with several scripted hubs at its other end.
//!
//! Lives here: [`Hubs`], which knows by the address which hub a request or a socket is for.
//! May not be here: cases.

use super::{Credentials, Effect, FetchId, Frame, Input, Millis, Model, Moment, Now, Wire, config};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use switchhook::connection::{Action, RequestId, SocketId};
use switchhook::session::Desk;

/// The hubs of the site, the first of the desk first.
const NAMES: [&str; 2] = ["north", "south"];

#[derive(Default)]
struct Hub {
    fetch: Option<(FetchId, String)>,
    negotiation: Option<RequestId>,
    socket: Option<SocketId>,
    is_open: bool,
    sent: Vec<String>,
}

pub(crate) struct Hubs {
    pub(crate) desk: Desk,
    pub(crate) model: Rc<RefCell<Model>>,
    time: i64,
    scripted: [Hub; 2],
    /// Every name that a request or a socket was given.
    names: Vec<(&'static str, String)>,
}

fn hub_of(address: &str) -> usize {
    let place = NAMES.iter().position(|name| address.contains(name));
    place.unwrap_or_else(|| panic!("no hub has {address}"))
}

impl Hubs {
    pub(crate) fn new(file: &serde_json::Value) -> Self {
        let (config, warnings) = config::parse(file.to_string().as_bytes()).expect("it is valid");
        assert_eq!(warnings, []);
        let model = Rc::new(RefCell::new(Model::default()));
        Self {
            desk: Desk::new(&config, &model).expect("there is a hub"),
            model,
            time: 0,
            scripted: Default::default(),
            names: Vec::new(),
        }
    }

    pub(crate) fn feed(&mut self, input: Input<'_>) {
        let now = Now {
            monotonic: Millis::new(self.time),
            wall: Moment(1_700_000_000_000 + self.time),
            random: 7,
        };
        self.desk.step(input, now);
        for effect in self.desk.take_effects() {
            match effect {
                Effect::Fetch { fetch, url, .. } => {
                    self.name("fetch", format!("{fetch:?}"));
                    let hub = hub_of(&url);
                    self.scripted[hub].fetch = Some((fetch, url));
                }
                Effect::Wire(Action::Post { request, url, .. }) => {
                    self.name("request", format!("{request:?}"));
                    self.scripted[hub_of(url.expose())].negotiation = Some(request);
                }
                Effect::Wire(Action::OpenSocket { socket, url }) => {
                    self.name("socket", format!("{socket:?}"));
                    self.scripted[hub_of(url.expose())].socket = Some(socket);
                }
                Effect::Wire(Action::Send {
                    socket,
                    frame: Frame::Text(text),
                }) => {
                    let hub = self.scripted.iter_mut().find(|hub| hub.socket == Some(socket));
                    let sent = text.split_terminator('\u{1e}').map(str::to_owned);
                    hub.expect("the socket is a hub's").sent.extend(sent);
                }
                Effect::Wire(Action::CloseSocket { socket }) => {
                    for hub in self.scripted.iter_mut().filter(|hub| hub.socket == Some(socket)) {
                        (hub.socket, hub.is_open) = (None, false);
                    }
                }
                _ => {}
            }
        }
    }

    fn name(&mut self, kind: &'static str, name: String) {
        self.names.push((kind, name));
    }

    pub(crate) fn pass(&mut self, milliseconds: i64) {
        self.time += milliseconds;
        self.feed(Input::Tick);
    }

    pub(crate) fn sign_in(&mut self) {
        self.feed(Input::SignIn(Credentials {
            login_id: "1001".into(),
            password: String::new(),
            extension: "4001".into(),
        }));
    }

    /// The token addresses that wait for an answer.
    pub(crate) fn asked(&self) -> Vec<&str> {
        let asked = self.scripted.iter().filter_map(|hub| hub.fetch.as_ref());
        asked.map(|(_, url)| url.as_str()).collect()
    }

    pub(crate) fn answer(&mut self, hub: usize, status: u16, body: &str) {
        let (fetch, _) = self.scripted[hub].fetch.take().expect("a request is under way");
        self.feed(Input::Fetched {
            fetch,
            status,
            body: body.as_bytes(),
        });
    }

    pub(crate) fn answer_token(&mut self, hub: usize) {
        let endpoint = format!(
            r#"{{"WssEndpoint":"ws://{}.example/rte","Token":"a.e30.c"}}"#,
            NAMES[hub]
        );
        self.answer(hub, 200, &endpoint);
    }

    /// From negotiate to the first subscriptions.
    pub(crate) fn connect(&mut self, hub: usize) {
        let request = self.scripted[hub]
            .negotiation
            .take()
            .expect("negotiation is under way");
        self.feed(Input::Wire(Wire::Answered {
            request,
            status: 200,
            body: br#"{"negotiateVersion":1,"connectionId":"c","connectionToken":"t",
                "availableTransports":[{"transport":"WebSockets","transferFormats":["Text"]}]}"#,
            retry_after: None,
        }));
        let socket = self.scripted[hub].socket.expect("a socket is opening");
        self.scripted[hub].is_open = true;
        self.scripted[hub].sent.clear();
        self.feed(Input::Wire(Wire::SocketOpened { socket }));
        self.hears(hub, "{}\u{1e}");
        for (method, result) in [
            ("AvailableSubscriptions", r#"["QueueStatus"]"#),
            ("ActiveSubscriptions", "[]"),
            ("Subscribe", "[]"),
        ] {
            self.complete(hub, method, result);
        }
    }

    /// Answers every invocation of a method that waits.
    fn complete(&mut self, hub: usize, method: &str, result: &str) {
        let ids: Vec<String> = self.scripted[hub]
            .sent
            .iter()
            .filter_map(|record| serde_json::from_str::<serde_json::Value>(record).ok())
            .filter(|message| message["target"] == method)
            .filter_map(|message| message["invocationId"].as_str().map(str::to_owned))
            .collect();
        for id in ids {
            self.hears(
                hub,
                &format!("{{\"type\":3,\"invocationId\":\"{id}\",\"result\":{result}}}\u{1e}"),
            );
        }
    }

    pub(crate) fn all_connected(&mut self) {
        self.sign_in();
        for hub in 0..NAMES.len() {
            self.answer_token(hub);
        }
        for hub in 0..NAMES.len() {
            self.connect(hub);
        }
    }

    pub(crate) fn hears(&mut self, hub: usize, text: &str) {
        let socket = self.scripted[hub].socket.expect("a socket is open");
        self.feed(Input::Wire(Wire::SocketData {
            socket,
            bytes: text.as_bytes(),
            binary: false,
        }));
    }

    pub(crate) fn calls(&mut self, hub: usize, target: &str, arguments: &str) {
        self.hears(
            hub,
            &format!("{{\"type\":1,\"target\":\"{target}\",\"arguments\":{arguments}}}\u{1e}"),
        );
    }

    pub(crate) fn drop_socket(&mut self, hub: usize) {
        let socket = self.scripted[hub].socket.take().expect("a socket is open");
        self.scripted[hub].is_open = false;
        self.feed(Input::Wire(Wire::SocketClosed {
            socket,
            code: 1006,
            reason: "",
            clean: false,
        }));
    }

    pub(crate) fn sent(&self, hub: usize) -> Vec<&str> {
        self.scripted[hub].sent.iter().map(String::as_str).collect()
    }

    pub(crate) fn clear(&mut self) {
        for hub in &mut self.scripted {
            hub.sent.clear();
        }
    }

    pub(crate) fn open_sockets(&self) -> usize {
        self.scripted.iter().filter(|hub| hub.is_open).count()
    }

    /// The names that were given, and how many of them are different.
    pub(crate) fn names(&self) -> (usize, usize) {
        let different: HashSet<_> = self.names.iter().collect();
        (self.names.len(), different.len())
    }
}
