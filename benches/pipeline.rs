//! From the frame's bytes to the model, natively: what one event costs, in nanoseconds and against a full parse.
//!
//! Run by `cargo xtask bench`. Prints one line per measurement: name, nanoseconds per event, ratio to the first.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads the clock"
)]

use std::cell::RefCell;
use std::fmt::Write as _;
use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;
use switchhook::connection::{Action, Input as Wire, Millis};
use switchhook::domain::{Delta, Model, Moment};
use switchhook::protocol::{Encoding, json};
use switchhook::session::{Credentials, Effect, Input, Now, Session, config};

const AGENTS: usize = 1_000;
const QUEUES: usize = 50;
const CALLBACKS: usize = 500;
const EVENTS: usize = 20_000;

fn guid(kind: u32, number: usize) -> String {
    format!("{kind:08x}-ff4b-4a11-ac9c-{number:012x}")
}

fn record(kind: &str, entity: &str, id: &str, fields: &str) -> String {
    let root = guid(9, 0);
    format!(
        r#"{{"type":1,"target":"MessageReceived","arguments":[{{"subscription":{{"id":"81352549-c0be-4d58-bc76-79a29ac92e1d","allRootEntities":false,"rootEntityId":"{root}","rootEntityType":"Organization","organizationId":"{root}","eventType":"{kind}","entityType":"{entity}","entityId":"{id}","allEntities":false}},"data":{{"rootEntityType":"Organization","rootEntityId":"{root}","eventType":"{kind}","entityType":"{entity}","entityId":"{id}","messageTTLSeconds":-1,{fields},"organizationId":"{root}","id":"aa90c608-7fd4-4c59-af60-d8141470e85b","timestamp":"2023-11-14T22:13:20.7009158Z"}}}}]}}"#
    ) + "\u{1e}"
}

/// Event number `n` of a busy morning: mostly agents, some queues, a few callbacks.
fn event(n: usize) -> String {
    let flag = |bit: usize| (n / 7 + bit).is_multiple_of(2);
    match n % 10 {
        0 | 1 => {
            let id = guid(2, (n / 10 * 2 + n % 2) % QUEUES);
            record(
                "QueueStatus",
                "Queue",
                &id,
                &format!(
                    r#""queueId":"{id}","queueName":"Queue {}","openStatus":5,"maxWaitTime":{},"nbrOfAgentsCheckedInQueue":12,"nbrOfAgentsImmediatelyFree":{},"nbrOfAgentsLongTermAway":1,"nbrOfAgentsOnFetchMode":0,"nbrOfAgentsOnWrapUp":2,"nbrOfAgentsShortTermAway":3,"nbrOfAllocated":1,"nbrOfConnected":4,"nbrOfNotServedRequesters":2,"nbrOfProviders":12,"nbrOfQueuingRequesters":{},"nbrOfRequesters":9,"nbrOfServingAgentsEstimate":7"#,
                    (n / 10 * 2 + n % 2) % QUEUES,
                    n % 300,
                    n % 5,
                    n % 9
                ),
            )
        }
        2 => {
            let list = guid(3, n % 4);
            let id = guid(4, (n * 13) % CALLBACKS);
            record(
                "CallbackChanged",
                "CallList",
                &list,
                &format!(
                    r#""callBackId":"{id}","callListId":"{list}","created":false,"isClosed":false,"typeId":2,"contactNumber":"+3584055501{:02}","channelIn":"Support","note":"attempt {n}","creationTime":"2023-11-14T20:13:20Z","dueDate":"2023-11-14T23:13:20Z","modified":"2023-11-14T22:13:20Z","callbackAttempts":null,"callbackExtras":null,"callbackRelatedItems":null"#,
                    n % 100
                ),
            )
        }
        _ => {
            let id = guid(1, (n * 31) % AGENTS);
            record(
                "UserStatus",
                "User",
                &id,
                &format!(
                    r#""userId":"{id}","canBeAllocatedTo":{},"talking":{},"talkingStatusChanged":"2023-11-14T22:13:20Z","activeQueueId":null,"activeCallListId":null,"available":{},"schedule":true,"serving":true,"serviceTerminals":1,"activeQueues":{},"parkedCalls":0,"wrapUpStart":null,"wrapUpEnd":null,"servingCallback":false,"fetchMode":false,"note":"","availabilityStatus":"Available""#,
                    flag(0),
                    flag(1),
                    flag(2),
                    n % 6
                ),
            )
        }
    }
}

fn call_of(target: &str, arguments: &str) -> String {
    format!(r#"{{"type":1,"target":"{target}","arguments":{arguments}}}"#) + "\u{1e}"
}

/// Event number `n` of an agent's calls in CTI OS: each from its beginning to its end.
fn ctios_event(n: usize) -> String {
    let call = format!(r#""UniqueObjectID":"call.5000.{}""#, n / 8);
    let (name, fields) = match n % 8 {
        0 => (
            "OnCallBegin",
            format!(
                r#"{{"PeripheralID":5000,"PeripheralType":17,"CallType":1,{call},"RouterCallKeyDay":20778,"RouterCalKeyCallID":{n},"ConnectionCallID":{n},"ANI":"+46701740634","DNIS":"+448081570000","DialedNumber":"+448081570000","ServiceNumber":1,"ServiceID":5001,"SkillGroupNumber":1,"SkillGroupID":5001,"SkillGroupPriority":0,"CallVariable1":"Support FI","ICMEnterpriseUniqueID":"{}","RouterCallKeySequenceNumber":0,"CallStatus":2}}"#,
                guid(5, n)
            ),
        ),
        1 => (
            "OnCallDelivered",
            format!(r#"{{{call},"LineType":0,"EnablementMask":1,"CallStatus":2}}"#),
        ),
        2 => (
            "OnCallEstablished",
            format!(r#"{{{call},"LineType":0,"EnablementMask":294,"CallStatus":3}}"#),
        ),
        3 => (
            "OnCallDataUpdate",
            format!(r#"{{{call},"CallVariable2":"customer {n}"}}"#),
        ),
        4 => (
            "OnCallHeld",
            format!(r#"{{{call},"EnablementMask":8,"CallStatus":4}}"#),
        ),
        5 => (
            "OnCallRetrieved",
            format!(r#"{{{call},"EnablementMask":294,"CallStatus":3}}"#),
        ),
        6 => (
            "OnAgentStateChange",
            format!(
                r#"{{"PeripheralID":5000,"PeripheralType":17,"AgentState":{},"SkillGroupNumber":1,"SkillGroupID":5001,"StateDuration":0,"SkillGroupPriority":0,"EventReasonCode":0,"SkillGroupState":3,"AgentID":"1001","AgentExtension":"4001","EnablementMask":4026531840,"UniqueObjectID":"agent.5000.1001","AgentInstrument":"4001"}}"#,
                3 + n / 8 % 2
            ),
        ),
        _ => ("OnCallEnd", format!("{{{call}}}")),
    };
    call_of("CtiEvent", &format!(r#"["{name}",{fields}]"#))
}

/// Event number `n` of a T-Server: reservations, and news of calls that the desk does not know.
fn tserver_event(n: usize) -> String {
    let head = r#""Server":"ts-1","time":"2023-11-14T22:13:20.700Z""#;
    let object = if n.is_multiple_of(2) {
        let agent = n * 31 % AGENTS;
        format!(
            r#"{{"Event":"EventAgentReserved",{head},"AgentID":"{agent}","ThisDN":"4{agent}","Timeout":20000}}"#
        )
    } else {
        format!(
            r#"{{"Event":"EventCallInfoChanged",{head},"ConnID":"{n:016x}","Extensions":{{"Queue":"Support FI","Caller":"+46701740634"}}}}"#
        )
    };
    call_of("TServerEvent", &format!("[{object}]"))
}

/// Event number `n` of ccsevents: legs from their creation to their deletion, every other event in two domains.
fn ccs_event(n: usize) -> String {
    let (leg, agent) = (n / 6, n / 6 * 31 % AGENTS);
    let parties = format!(
        r#""call":"leg-{leg}","seance":"{}","subscriber":"4{agent}","caller":"+46701740634","called":"4{agent}""#,
        guid(6, leg)
    );
    let (name, domain, id, fields) = match n % 6 {
        0 => (
            "call_create",
            "sales",
            0,
            format!(r#"{parties},"info":{{"queue":"Support FI"}}"#),
        ),
        1 => (
            "call_create",
            "support",
            0,
            format!(r#"{parties},"info":{{"queue":"Support FI"}}"#),
        ),
        2 => (
            "call_set_state",
            "sales",
            1,
            format!(r#"{parties},"state":"ringing""#),
        ),
        3 => (
            "call_set_state",
            "sales",
            2,
            format!(r#"{parties},"state":"talking""#),
        ),
        4 => (
            "connection_create",
            "sales",
            3,
            format!(r#""connection":"d{leg}","calls":["leg-{leg}"]"#),
        ),
        _ => ("call_delete", "sales", 4, parties),
    };
    call_of(
        "CcsEvent",
        &format!(
            r#"[{{"event":"{name}","domain":"{domain}","id":"e{leg}.{id}","time":"2023-11-14T22:13:20.700Z",{fields}}}]"#
        ),
    )
}

/// Event number `n` of CallGem: sessions from their launch to their end, more than it remembers for repetitions.
fn callgem_event(n: usize) -> String {
    let (session, agent, state) = (n / 4, n / 4 * 31 % AGENTS, n % 4 + 1);
    let since = 45_244.925_9 + n as f64 / 86_400.0;
    call_of(
        "CallGem",
        &format!(
            r#"["VZ\\TXDESK1\\CNSupport FI\\YC{{\\NR+448081570000}}\\AN{agent}\\YA{{\\EX4{agent}}}\\SI{session}\\YS{{\\FR+46701740634\\TO+448081570000}}\\DS{state}\\OS{}\\TS{since:.6}\\T245244.925926"]"#,
            state - 1
        ),
    )
}

struct Desk {
    session: Session,
    model: Rc<RefCell<Model>>,
    encoding: Encoding,
    socket: Option<switchhook::connection::SocketId>,
    time: i64,
}

impl Desk {
    fn connected(encoding: Encoding) -> Self {
        let mut directory = format!(
            r#"{{"source":{{"hub":"ws://h/rte","protocol":"{}","telephony":"ctios","tserver":{{}},"ccs":{{"domains":["sales","support"],"states":[{{"state":"ringing","stage":"alerting"}},{{"state":"talking","stage":"connected"}}]}},"callgem":{{"states":[{{"number":2,"label":"Alerting","stage":"alerting"}},{{"number":3,"label":"Connected","stage":"connected"}},{{"number":4,"label":"Ended","stage":"ended"}}]}},"directory":{{"agents":["#,
            encoding.name()
        );
        for number in 0..AGENTS {
            let comma = if number > 0 { "," } else { "" };
            let _ = write!(
                directory,
                r#"{comma}{{"id":"{}","name":"Agent {number}","agentId":"{number}","extension":"4{number}"}}"#,
                guid(1, number)
            );
        }
        directory.push_str("]}}}");
        let (mut config, _) = config::parse(directory.as_bytes()).expect("the configuration is good");
        let model = Rc::new(RefCell::new(Model::default()));
        let mut desk = Self {
            session: Session::new(config.hubs.remove(0), Rc::clone(&model)),
            model,
            encoding,
            socket: None,
            time: 0,
        };
        desk.feed(Input::SignIn(Credentials {
            login_id: "x".into(),
            password: String::new(),
            extension: String::new(),
        }));
        desk.receive(b"{}\x1e");
        desk
    }

    fn feed(&mut self, input: Input<'_>) {
        let now = Now {
            monotonic: Millis::new(self.time),
            wall: Moment(1_700_000_000_000 + self.time),
            random: 1,
        };
        self.session.step(input, now);
        for effect in self.session.take_effects() {
            match effect {
                Effect::Wire(Action::Post { request, .. }) => self.feed(Input::Wire(Wire::Answered {
                    request,
                    status: 200,
                    body: br#"{"negotiateVersion":1,"connectionId":"c","connectionToken":"t","availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]}"#,
                    retry_after: None,
                })),
                Effect::Wire(Action::OpenSocket { socket, .. }) => {
                    self.socket = Some(socket);
                    self.feed(Input::Wire(Wire::SocketOpened { socket }));
                }
                _ => {}
            }
        }
    }

    /// What a frame's commit takes from the model.
    fn commit(&self, delta: &mut Delta) {
        delta.clear();
        self.model.borrow_mut().take_delta(delta);
        black_box(delta);
    }

    fn receive(&mut self, bytes: &[u8]) {
        if let Some(socket) = self.socket {
            self.feed(Input::Wire(Wire::SocketData {
                socket,
                bytes,
                binary: self.encoding == Encoding::MessagePack,
            }));
        }
    }
}

/// How many events are timed at a stretch: short enough to have the processor for itself now and then.
const STRETCH: usize = 1_000;
/// How often every stretch is timed; the least time counts, since everything else can only add to it.
const ROUNDS: usize = 15;

/// One thing to measure, given where a stretch begins.
struct Measured<'m> {
    name: &'static str,
    run: Box<dyn FnMut(usize) + 'm>,
    least: Vec<f64>,
}

impl<'m> Measured<'m> {
    fn new(name: &'static str, run: impl FnMut(usize) + 'm) -> Self {
        Self {
            name,
            run: Box::new(run),
            least: vec![f64::INFINITY; EVENTS / STRETCH],
        }
    }

    fn time(&mut self, stretch: usize) {
        let began = Instant::now();
        (self.run)(stretch * STRETCH);
        let passed = began.elapsed().as_nanos() as f64;
        if let Some(least) = self.least.get_mut(stretch) {
            *least = least.min(passed);
        }
    }

    fn per_event(&self) -> f64 {
        self.least.iter().sum::<f64>() / EVENTS as f64
    }
}

/// The same records, as one binary message.
fn pack(records: &[String]) -> Vec<u8> {
    let mut frame = Vec::new();
    for record in records {
        let message =
            json::decode(record.trim_end_matches('\u{1e}').as_bytes()).expect("the records are messages");
        frame.extend_from_slice(Encoding::MessagePack.encode(&message).bytes());
    }
    frame
}

/// In turn, so that whatever else the machine does concerns all of them alike.
fn take_turns(measured: &mut [Measured<'_>]) {
    for _ in 0..ROUNDS {
        for stretch in 0..EVENTS / STRETCH {
            for one in &mut *measured {
                one.time(stretch);
            }
        }
    }
}

/// What an event costs in each vocabulary, one record per message, and against one of the RTE.
fn vocabularies() {
    type Make = fn(usize) -> String;
    let makers: [(&str, Make); 5] = [
        ("Enreach RTE", event),
        ("Cisco CTI OS", ctios_event),
        ("Genesys T-Server", tserver_event),
        ("ccsevents", ccs_event),
        ("Sytel CallGem", callgem_event),
    ];
    let told = makers.map(|(name, make)| (name, (0..EVENTS).map(make).collect::<Vec<String>>()));
    let mut desks = makers.map(|_| Desk::connected(Encoding::Json));
    let mut measured: Vec<Measured<'_>> = told
        .iter()
        .zip(&mut desks)
        .map(|((name, records), desk)| {
            let mut delta = Delta::default();
            Measured::new(name, move |from| {
                for record in records.iter().skip(from).take(STRETCH) {
                    desk.receive(record.as_bytes());
                }
                desk.commit(&mut delta);
            })
        })
        .collect();
    take_turns(&mut measured);
    let costs: Vec<f64> = measured.iter().map(Measured::per_event).collect();
    drop(measured);
    println!("\nDecoded and applied, 1 record per message, by vocabulary:");
    for (((name, records), desk), cost) in told.iter().zip(&desks).zip(&costs) {
        assert_eq!(desk.session.connection().bad_records, 0, "{name}");
        let odd = desk.session.oddities();
        assert!(odd.is_empty(), "{name}: {odd:?}");
        let size = records.iter().map(String::len).sum::<usize>() / EVENTS;
        println!(
            "{name:<18} {size:>5} bytes {cost:>8.0} ns/event   {:.2} of the RTE",
            cost / costs[0]
        );
    }
}

fn main() {
    figures();
    vocabularies();
}

fn figures() {
    let records: Vec<String> = (0..EVENTS).map(event).collect();
    let bytes: usize = records.iter().map(String::len).sum();
    let twenty: Vec<String> = records.chunks(20).map(<[String]>::concat).collect();
    let packed: Vec<Vec<u8>> = records.chunks(20).map(pack).collect();
    let packed_bytes: usize = packed.iter().map(Vec::len).sum();
    let mut desks = [Encoding::Json, Encoding::Json, Encoding::MessagePack].map(Desk::connected);
    let [desk_of_twenty, desk_of_one, packed_desk] = &mut desks;
    let mut delta = Delta::default();
    let mut other_delta = Delta::default();
    let mut packed_delta = Delta::default();
    let mut measured = [
        Measured::new("full parse into a tree, nothing applied", |from| {
            for record in records.iter().skip(from).take(STRETCH) {
                let value: serde_json::Value =
                    serde_json::from_str(record.trim_end_matches('\u{1e}')).expect("the records are JSON");
                black_box(value);
            }
        }),
        Measured::new("decode and apply, 20 records per message", |from| {
            for frame in twenty.iter().skip(from / 20).take(STRETCH / 20) {
                desk_of_twenty.receive(frame.as_bytes());
            }
            desk_of_twenty.commit(&mut delta);
        }),
        Measured::new("decode and apply, 1 record per message", |from| {
            for frame in records.iter().skip(from).take(STRETCH) {
                desk_of_one.receive(frame.as_bytes());
            }
            desk_of_one.commit(&mut other_delta);
        }),
        Measured::new("the same in MessagePack, 20 records per message", |from| {
            for frame in packed.iter().skip(from / 20).take(STRETCH / 20) {
                packed_desk.receive(frame);
            }
            packed_desk.commit(&mut packed_delta);
        }),
    ];
    take_turns(&mut measured);
    let results = measured.map(|one| (one.name, one.per_event()));
    for desk in &desks {
        assert!(desk.model.borrow().queues.len() >= QUEUES, "the events arrived");
        assert_eq!(desk.session.connection().bad_records, 0);
    }
    let full = results[0].1;
    println!(
        "{EVENTS} events of {} bytes on average, {} in MessagePack",
        bytes / EVENTS,
        packed_bytes / EVENTS
    );
    for (name, cost) in &results {
        println!(
            "{name:<48} {cost:>8.0} ns/event   {:.2} of the full parse",
            cost / full
        );
    }
}
