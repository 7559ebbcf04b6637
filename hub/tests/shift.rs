//! An agent at work, by commands and events alone: sign-in, calls, sign-out, and everything in between.

mod common;

use common::{Desk, PATIENCE, desk, hub, options, soon};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use switchhook_hub::server::{Options, Server};

/// Bits of `EnablementMask`.
const ANSWER: u64 = 0x1;
const HOLD: u64 = 0x4;
const RETRIEVE: u64 = 0x8;
const LOGIN: u64 = 0x0100_0000;
const READY: u64 = 0x0800_0000;

/// A desk that remembers how many requests it has made.
struct Agent {
    desk: Desk,
    invoke: u32,
    heard: Vec<(String, Value)>,
    /// Whether the last request's completion has arrived.
    taken: bool,
}

impl Agent {
    async fn connect(address: SocketAddr, login: &str) -> Self {
        Self {
            desk: desk(address, login).await,
            invoke: 0,
            heard: Vec::new(),
            taken: true,
        }
    }

    async fn signed_in(address: SocketAddr, login: &str, extension: &str) -> Self {
        let mut agent = Self::connect(address, login).await;
        agent.login(login, extension).await;
        agent
            .until("OnAgentStateChange", |fields| fields["AgentState"] == 2)
            .await;
        agent
    }

    async fn login(&mut self, login: &str, extension: &str) -> u32 {
        self.ask("Login", json!({"AgentID": login, "AgentInstrument": extension}))
            .await
    }

    /// Sends a command without waiting for anything.
    async fn ask(&mut self, method: &str, mut fields: Value) -> u32 {
        self.invoke += 1;
        fields["InvokeID"] = self.invoke.into();
        let call = json!({
            "type": 1, "invocationId": self.invoke.to_string(), "target": method, "arguments": [fields],
        });
        self.desk.send(&format!("{call}\u{1e}")).await;
        self.taken = false;
        self.invoke
    }

    /// The next telephony event.
    async fn event(&mut self) -> (String, Value) {
        loop {
            let message = self.desk.message().await.expect("the connection ended");
            if message["type"] == 3 {
                assert_eq!(message.get("error"), None, "{message}");
                self.taken |= message["invocationId"] == *self.invoke.to_string();
            } else if message["target"] == "CtiEvent" {
                let name = message["arguments"][0].as_str().unwrap().to_owned();
                let event = (name, message["arguments"][1].clone());
                if event.1["InvokeID"] == self.invoke {
                    assert!(self.taken, "an answer came before the completion: {event:?}");
                }
                self.heard.push(event.clone());
                return event;
            }
        }
    }

    /// The next event of this name that fits.
    async fn until(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let (found, fields) = self.event().await;
                if found == name && fits(&fields) {
                    return fields;
                }
                assert!(
                    found != "OnControlFailureConf" || name == "OnControlFailureConf",
                    "{fields}"
                );
            }
        })
        .await;
        waited.unwrap_or_else(|_| panic!("no {name}; heard {:?}", self.names()))
    }

    async fn any(&mut self, name: &str) -> Value {
        self.until(name, |_| true).await
    }

    async fn failure(&mut self) -> (u64, String) {
        let fields = self.any("OnControlFailureConf").await;
        (
            fields["FailureCode"].as_u64().unwrap(),
            fields["ErrorMessage"].as_str().unwrap().to_owned(),
        )
    }

    fn names(&self) -> Vec<&str> {
        self.heard.iter().map(|(name, _)| name.as_str()).collect()
    }
}

fn mask(fields: &Value) -> u64 {
    fields["EnablementMask"].as_u64().unwrap()
}

async fn busy() -> Server {
    let mut options = options();
    options.centre.rate = 30.0;
    hub(options).await
}

#[tokio::test]
async fn a_whole_shift() {
    let hub = busy().await;
    let mut agent = Agent::connect(hub.address(), "1001").await;

    let login = agent.login("1001", "4001").await;
    assert_eq!(agent.any("OnSetAgentModeEvent").await["InvokeID"], login);
    assert_eq!(agent.any("OnQueryAgentStateConf").await["AgentID"], "1001");
    assert_eq!(agent.any("OnAgentStateChange").await["AgentState"], 0);
    assert_eq!(agent.any("OnAgentStateChange").await["AgentState"], 2);
    assert_eq!(agent.any("OnSnapshotDeviceConf").await["NumCalls"], 0);
    let buttons = agent.any("OnButtonEnablementChange").await;
    assert_eq!(mask(&buttons) & (LOGIN | READY), READY);

    let ready = agent.ask("SetAgentState", json!({"AgentState": 3})).await;
    assert_eq!(agent.any("OnSetAgentStateConf").await["InvokeID"], ready);
    agent
        .until("OnAgentStateChange", |fields| fields["AgentState"] == 3)
        .await;

    let call = agent.any("OnCallBegin").await["UniqueObjectID"].clone();
    let ringing = agent.any("OnCallDelivered").await;
    assert_eq!(ringing["UniqueObjectID"], call);
    assert_eq!(mask(&ringing) & ANSWER, ANSWER);

    let about = json!({"UniqueObjectID": call});
    let answer = agent.ask("Answer", about.clone()).await;
    assert_eq!(agent.any("OnAnswerCallConf").await["InvokeID"], answer);
    let talking = agent.any("OnCallEstablished").await;
    assert_eq!(mask(&talking) & (ANSWER | HOLD), HOLD);

    agent.ask("Hold", about.clone()).await;
    agent.any("OnHoldCallConf").await;
    assert_eq!(mask(&agent.any("OnCallHeld").await) & (HOLD | RETRIEVE), RETRIEVE);

    let snapshot = agent.ask("SnapshotCall", about.clone()).await;
    let fields = agent.any("OnSnapshotCallConf").await;
    assert_eq!(
        (&fields["InvokeID"], &fields["UniqueObjectID"]),
        (&json!(snapshot), &call)
    );
    agent.ask("SnapshotDevice", json!({})).await;
    assert_eq!(agent.any("OnSnapshotDeviceConf").await["NumCalls"], 1);

    agent.ask("Retrieve", about.clone()).await;
    agent.any("OnRetrieveCallConf").await;
    agent.any("OnCallRetrieved").await;

    let tones = agent
        .ask("SendDTMF", json!({"UniqueObjectID": call, "DTMFString": "12#"}))
        .await;
    assert_eq!(agent.any("OnSendDTMFConf").await, json!({"InvokeID": tones}));

    agent.ask("ClearConnection", about).await;
    agent.any("OnClearConnectionConf").await;
    agent.any("OnCallCleared").await;
    agent
        .until("OnAgentStateChange", |fields| {
            [5, 6].contains(&fields["AgentState"].as_i64().unwrap())
        })
        .await;

    agent
        .ask("SetAgentState", json!({"AgentState": 2, "EventReasonCode": 1}))
        .await;
    let away = agent
        .until("OnAgentStateChange", |fields| fields["AgentState"] == 2)
        .await;
    assert_eq!(away["EventReasonCode"], 1);

    agent.ask("Logout", json!({"EventReasonCode": 6})).await;
    agent.any("OnPreLogout").await;
    agent
        .until("OnAgentStateChange", |fields| fields["AgentState"] == 1)
        .await;
    agent.any("OnPostLogout").await;
    assert_eq!(mask(&agent.any("OnButtonEnablementChange").await), LOGIN);

    agent.ask("SetAgentState", json!({"AgentState": 3})).await;
    assert_eq!(agent.failure().await.0, 9);
}

#[tokio::test]
async fn a_call_out_begins_with_its_confirmation() {
    let hub = hub(options()).await;
    let mut agent = Agent::signed_in(hub.address(), "1001", "4001").await;
    let dial = agent
        .ask("MakeCall", json!({"DialedNumber": "+358457500011"}))
        .await;
    let confirmed = agent.any("OnMakeCallConf").await;
    assert_eq!(confirmed["InvokeID"], dial);
    agent.any("OnCallBegin").await;
    agent.any("OnCallOriginated").await;
    let wrong = agent.ask("MakeCall", json!({"DialedNumber": "call me"})).await;
    let failure = agent.any("OnControlFailureConf").await;
    assert_eq!(
        (&failure["InvokeID"], &failure["FailureCode"]),
        (&json!(wrong), &json!(24))
    );
    assert!(failure["EnablementMask"].is_u64());
}

#[tokio::test]
async fn nothing_but_signing_in_is_possible_before_it() {
    let hub = hub(options()).await;
    let mut agent = Agent::connect(hub.address(), "1001").await;
    for (method, fields) in [
        ("Logout", json!({})),
        ("SetAgentState", json!({"AgentState": 3})),
        ("Answer", json!({"UniqueObjectID": "call.5000.1"})),
        ("MakeCall", json!({"DialedNumber": "123"})),
    ] {
        let request = agent.ask(method, fields).await;
        let failure = agent.any("OnControlFailureConf").await;
        assert_eq!(failure["InvokeID"], request);
        assert_eq!(failure["FailureCode"], 9, "{method}");
        assert_eq!(mask(&failure), LOGIN);
    }
    agent.ask("QueryAgentState", json!({})).await;
    assert_eq!(agent.any("OnQueryAgentStateConf").await["AgentState"], 1);
    agent.ask("Heartbeat", json!({})).await;
    agent.any("OnHeartbeat").await;
    agent.ask("RequestDesktopSettings", json!({})).await;
    agent.any("OnGlobalSettingsDownloadConf").await;
    agent.ask("QueryAgentDeskSettings", json!({})).await;
    agent.any("OnAgentDeskSettingsConf").await;
}

#[tokio::test]
async fn a_token_signs_in_its_own_agent_only() {
    let hub = hub(options()).await;
    let mut agent = Agent::connect(hub.address(), "1001").await;
    agent.login("1002", "4002").await;
    let (code, text) = agent.failure().await;
    assert_eq!(code, 8);
    assert!(text.contains("another agent"));
}

#[tokio::test]
async fn another_agent_cannot_take_the_extension() {
    let hub = hub(options()).await;
    let _first = Agent::signed_in(hub.address(), "1001", "4001").await;
    let mut second = Agent::connect(hub.address(), "1002").await;
    second.login("1002", "4001").await;
    assert_eq!(second.failure().await.0, 10);
    // An extension at which a simulated colleague works is taken just as well.
    second.login("1002", "4005").await;
    assert_eq!(second.failure().await.0, 10);
    second.login("1002", "4002").await;
    second
        .until("OnAgentStateChange", |fields| fields["AgentState"] == 2)
        .await;
}

#[tokio::test]
async fn d7_a_second_desk_of_the_same_agent_displaces_the_first() {
    let hub = hub(options()).await;
    let mut first = Agent::signed_in(hub.address(), "1001", "4001").await;
    let mut second = Agent::connect(hub.address(), "1001").await;
    let request = second.login("1001", "4001").await;
    assert_eq!(second.any("OnSetAgentModeEvent").await["InvokeID"], request);
    second
        .until("OnAgentStateChange", |fields| fields["AgentState"] == 2)
        .await;
    let (code, _) = first.failure().await;
    assert_eq!(code, 11);
    first.ask("SetAgentState", json!({"AgentState": 3})).await;
    assert_eq!(first.failure().await.0, 9);
    // The first one's departure does not matter to the second.
    drop(first);
    second.ask("SetAgentState", json!({"AgentState": 3})).await;
    second
        .until("OnAgentStateChange", |fields| fields["AgentState"] == 3)
        .await;
}

#[tokio::test]
async fn a_desk_moves_to_another_extension_by_signing_in_there() {
    let hub = hub(options()).await;
    let mut first = Agent::signed_in(hub.address(), "1001", "4001").await;
    let mut second = Agent::signed_in(hub.address(), "1001", "4999").await;
    assert_eq!(first.failure().await.0, 11);
    second.ask("QueryAgentState", json!({})).await;
    assert_eq!(
        second.any("OnQueryAgentStateConf").await["AgentExtension"],
        "4999"
    );
}

#[tokio::test]
async fn a_reloaded_page_finds_its_call_again() {
    let hub = busy().await;
    let mut before = Agent::signed_in(hub.address(), "1001", "4001").await;
    before.ask("SetAgentState", json!({"AgentState": 3})).await;
    let call = before.any("OnCallDelivered").await["UniqueObjectID"].clone();
    before.ask("Answer", json!({"UniqueObjectID": call})).await;
    before.any("OnCallEstablished").await;
    drop(before);

    let mut after = Agent::connect(hub.address(), "1001").await;
    let request = after.login("1001", "4001").await;
    after.any("OnCurrentCallChanged").await;
    let names: Vec<&str> = after.names();
    assert_eq!(
        names,
        [
            "OnConnection",
            "OnSetAgentModeEvent",
            "OnQueryAgentStateConf",
            "OnAgentInfoEvent",
            "OnAgentStateChange",
            "OnButtonEnablementChange",
            "OnSnapshotDeviceConf",
            "OnCallBegin",
            "OnCallEstablished",
            "OnButtonEnablementChange",
            "OnCurrentCallChanged",
        ]
    );
    assert_eq!(after.heard[1].1["InvokeID"], request);
    assert_eq!(after.heard[7].1["UniqueObjectID"], call);
    after
        .ask("ClearConnection", json!({"UniqueObjectID": call}))
        .await;
    after.any("OnCallCleared").await;
}

#[tokio::test]
async fn an_agent_whose_desk_does_not_come_back_is_signed_out() {
    let grace = Duration::from_secs(1);
    let hub = hub(Options { grace, ..options() }).await;
    let first = Agent::signed_in(hub.address(), "1001", "4001").await;
    let left = Instant::now();
    drop(first);
    let mut second = Agent::connect(hub.address(), "1001").await;
    let state = async |agent: &mut Agent| {
        agent.ask("QueryAgentState", json!({})).await;
        agent.any("OnQueryAgentStateConf").await["AgentState"].as_i64()
    };
    let seen = state(&mut second).await;
    // A busy machine may not get to ask within the time of grace.
    assert!(seen == Some(2) || left.elapsed() >= grace, "{seen:?}");
    soon(async {
        while state(&mut second).await != Some(1) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    second.ask("SetAgentState", json!({"AgentState": 3})).await;
    assert_eq!(second.failure().await.0, 9);
}

#[tokio::test]
async fn whoever_signs_in_as_a_simulated_colleague_takes_that_place() {
    let hub = busy().await;
    let mut agent = Agent::connect(hub.address(), "1005").await;
    agent.login("1005", "4005").await;
    agent
        .until("OnAgentStateChange", |fields| fields["AgentState"] == 2)
        .await;
    assert!(!agent.names().contains(&"OnPostLogout"));
    agent.ask("SetAgentState", json!({"AgentState": 3})).await;
    agent.any("OnCallDelivered").await;
}

#[tokio::test]
async fn what_cannot_be_done_is_told_with_the_documented_code() {
    let hub = hub(options()).await;
    let mut agent = Agent::signed_in(hub.address(), "1001", "4001").await;
    for (method, fields, code) in [
        ("Answer", json!({"UniqueObjectID": "call.5000.999"}), 13),
        ("Hold", json!({"UniqueObjectID": "nonsense"}), 13),
        ("SnapshotCall", json!({"UniqueObjectID": "call.5000.999"}), 13),
        ("SetAgentState", json!({"AgentState": 77}), 50),
        ("SetAgentState", json!({}), 6),
        ("MakeCall", json!({}), 6),
    ] {
        let request = agent.ask(method, fields).await;
        let failure = agent.any("OnControlFailureConf").await;
        assert_eq!(
            (&failure["InvokeID"], &failure["FailureCode"]),
            (&json!(request), &json!(code)),
            "{method}"
        );
    }
    let (_, completion) = agent.desk.call("Login", json!([{"AgentID": "1001"}])).await;
    assert!(completion["error"].as_str().unwrap().contains("InvokeID"));
}

#[tokio::test]
async fn r43_a_refused_sign_in_leaves_no_session_behind() {
    let hub = hub(options()).await;
    let mut agent = Agent::connect(hub.address(), "1001").await;
    agent.login("1001", "four").await;
    assert_eq!(agent.failure().await.0, 24);
    assert!(!agent.names().contains(&"OnConnection"));
    agent.ask("SetAgentState", json!({"AgentState": 3})).await;
    assert_eq!(agent.failure().await.0, 9);
    // The same connection can try again.
    agent.login("1001", "4001").await;
    agent.any("OnConnection").await;
    agent.any("OnSetAgentModeEvent").await;
}

#[tokio::test]
async fn r38_a_sign_in_begins_with_the_server_that_the_gateway_is_connected_to() {
    let hub = hub(options()).await;
    let agent = Agent::signed_in(hub.address(), "1001", "4001").await;
    let place = |name: &str| agent.names().iter().position(|told| *told == name);
    assert!(place("OnConnection").is_some());
    assert!(place("OnConnection") < place("OnSetAgentModeEvent"));
    assert_eq!(agent.heard[0].1["CurrentServer"], "ctios-a.example.com");
}

#[tokio::test]
async fn desks_write_to_each_other_and_to_their_supervisor() {
    let hub = hub(options()).await;
    let mut anna = Agent::signed_in(hub.address(), "1001", "4001").await;
    let mut ben = Agent::signed_in(hub.address(), "1002", "4002").await;
    let mut supervisor = Agent::signed_in(hub.address(), "1003", "4003").await;
    let message = json!({"Distribution": "team", "Message": "Lunch?"});
    let request = anna.ask("SendChatMessage", message).await;
    assert_eq!(anna.any("OnUserMessageConf").await["InvokeID"], request);
    for desk in [&mut ben, &mut supervisor] {
        let told = desk.any("OnChatMessage").await;
        assert_eq!(
            (&told["Message"], &told["Source"]),
            (&json!("Lunch?"), &json!("1001"))
        );
    }
    anna.ask(
        "SendChatMessage",
        json!({"Distribution": "everybody", "Message": "x"}),
    )
    .await;
    assert_eq!(anna.failure().await.0, 71);
}

#[tokio::test]
async fn a_supervisor_hears_of_an_emergency_and_watches_the_call() {
    let hub = hub(options()).await;
    let mut anna = Agent::signed_in(hub.address(), "1001", "4001").await;
    let mut supervisor = Agent::signed_in(hub.address(), "1003", "4003").await;
    anna.until("OnButtonEnablementChange", |fields| mask(fields) & 0x2_0000 != 0)
        .await;
    supervisor
        .ask("StartMonitoringAgent", json!({"AgentReference": "1001"}))
        .await;
    supervisor.any("OnStartMonitoringAgent").await;
    anna.ask("MakeEmergencyCall", json!({})).await;
    anna.any("OnMakeCallConf").await;
    assert_eq!(supervisor.any("OnEmergencyCall").await["AgentID"], "1001");
    let begin = supervisor.any("OnCallBegin").await;
    assert_eq!(begin["ANI"], "4001");
    let monitored = supervisor
        .heard
        .iter()
        .find(|(name, _)| name == "OnMonitoredCallBegin");
    let (_, fields) = monitored.expect("the monitored agent's call");
    assert_eq!(fields["CTIOS_MONITORED"], true);
    assert_eq!(fields["UniqueObjectID"], begin["UniqueObjectID"]);
}

#[tokio::test]
async fn call_data_reaches_the_other_desk_and_stays_with_a_reloaded_page() {
    let hub = hub(options()).await;
    let mut anna = Agent::signed_in(hub.address(), "1001", "4001").await;
    let mut ben = Agent::signed_in(hub.address(), "1002", "4002").await;
    anna.ask("MakeCall", json!({"DialedNumber": "4002"})).await;
    let call = ben.any("OnCallBegin").await["UniqueObjectID"].clone();
    let data = json!({"UniqueObjectID": call, "ECC": {"user.customer": "C7"}});
    anna.ask("SetCallData", data).await;
    assert_eq!(
        ben.any("OnCallDataUpdate").await["ECC"],
        json!({"user.customer": "C7"})
    );
    drop(ben);
    let mut ben = Agent::connect(hub.address(), "1002").await;
    ben.login("1002", "4002").await;
    assert_eq!(
        ben.any("OnCallBegin").await["ECC"],
        json!({"user.customer": "C7"})
    );
    ben.ask("SnapshotCall", json!({"UniqueObjectID": call})).await;
    let told = ben.any("OnSnapshotCallConf").await;
    assert_eq!(told["ECC"], json!({"user.customer": "C7"}));
}

#[tokio::test]
async fn r92_r93_the_short_form_of_events_can_be_chosen() {
    let mut options = options();
    options.minimise_event_args = true;
    let hub = hub(options).await;
    let mut agent = Agent::signed_in(hub.address(), "1001", "4001").await;
    agent.ask("MakeCall", json!({"DialedNumber": "0912345"})).await;
    let told = agent.any("OnCallEstablished").await;
    assert_eq!(told["CTIOS_FILTERTARGET"], "agent.5000.1001");
    agent
        .ask("Hold", json!({"UniqueObjectID": told["UniqueObjectID"]}))
        .await;
    let told = agent.any("OnCallHeld").await;
    assert!(told["EnablementMask"].is_u64());
    agent
        .ask("Answer", json!({"UniqueObjectID": "call.5000.999"}))
        .await;
    let told = agent.any("OnControlFailureConf").await;
    assert_eq!(
        (&told["FailureCode"], &told["PeripheralID"]),
        (&json!(13), &Value::Null)
    );
}

#[tokio::test]
async fn the_directory_tells_teams_and_their_supervisors() {
    let hub = hub(options()).await;
    let names = common::directory(hub.address()).await;
    let agents = names["agents"].as_array().unwrap();
    assert!(agents.iter().all(|agent| agent["team"] == "Team 1"));
    let supervisors: Vec<&Value> = agents
        .iter()
        .filter(|agent| agent["supervisor"] == true)
        .map(|agent| &agent["agentId"])
        .collect();
    assert_eq!(supervisors, ["1003"]);
}
