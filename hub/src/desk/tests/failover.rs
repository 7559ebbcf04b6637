//! The `failover` scenario as pages see it, while a supervisor listens to an agent.
//!
//! Lives here: what the page's own model makes of the outage, of the other server, and of what is told twice.
//! May not be here: the order of events by itself (`scenarios`), the link by itself (`tell::ctios::link`).
//! The outage begins 5 s and 65 s after the first agent has sat down: silence, 15 s later the loss, and 2 s
//! after that the other server.

use super::{Client, Rig, cti};
use crate::centre::Span;
use serde_json::{Value, json};
use switchhook::domain::ids::{Ref, SourceId};
use switchhook::domain::supervision::{Phase, SilentMonitor};
use switchhook::domain::telephony::{Link, Part};
use switchhook::domain::{self, Model};
use switchhook::protocol::Payload;
use switchhook::vendor::Oddities;
use switchhook::vendor::ctios::{Decoder, Site};

const SOURCE: SourceId = SourceId(0);
const AGENT: &str = "1002";
/// Leads the agent's team.
const SUPERVISOR: &str = "1005";

/// A desk and the model of the page in front of it.
struct Page {
    client: Client,
    me: String,
    model: Model,
    decoder: Decoder,
    oddities: Oddities,
}

impl Page {
    fn sign_in(rig: &mut Rig, login: &str) -> Self {
        let client = rig.sign_in(login);
        let me = client.user().to_owned();
        let mut model = Model::default();
        model.begin_session(SOURCE);
        let row = model.agents.intern(Ref::new(SOURCE, &me));
        model.agents.alias(Ref::new(SOURCE, login), row);
        model.set_me(Some(row));
        Self {
            client,
            me,
            model,
            decoder: Decoder::default(),
            oddities: Oddities::default(),
        }
    }

    /// Reads what has come; after each event `look` sees its name, its arguments and the model.
    fn read(&mut self, rig: &Rig, mut look: impl FnMut(&str, &Value, &Model)) {
        let now = domain::Moment(rig.now.as_millis());
        for (name, fields) in cti(&self.client) {
            let text = json!([name, fields]).to_string();
            let model = &mut self.model;
            let outcome = self.decoder.decode(
                Payload::from_json(&text),
                &Site::default(),
                Some(&self.me),
                &mut self.oddities,
                &mut |at, event| model.apply(event, at, now),
            );
            assert!(outcome.is_ok(), "{name}: {outcome:?}");
            look(&name, &fields, &self.model);
        }
        assert_eq!(self.oddities.tallies(), []);
    }

    fn ask(&self, rig: &mut Rig, method: &str, more: &Value) {
        let mut fields = json!({"InvokeID": 77});
        for (name, value) in more.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        rig.call(&self.client, method, &json!([fields]));
    }

    /// The codes of the failures among what has come, and whether any of them took buttons away.
    fn failures(&mut self, rig: &Rig) -> (Vec<Value>, bool) {
        let (mut codes, mut masked) = (Vec::new(), false);
        self.read(rig, |name, fields, _| {
            if name == "OnControlFailureConf" {
                codes.push(fields["FailureCode"].clone());
                masked |= fields.get("EnablementMask").is_some();
            }
        });
        (codes, masked)
    }

    fn session(&self) -> &SilentMonitor {
        self.model.desk.silent_monitor.as_ref().expect("a session")
    }

    fn stages(&self) -> Vec<String> {
        let calls = self.model.calls.rows().filter(|(_, call)| !call.over);
        calls
            .map(|(_, call)| format!("{} {:?} {:?}", call.id, call.stage, call.mask))
            .collect()
    }
}

/// An agent who talks with a colleague, the supervisor who listens to that, at 60 s.
fn listening() -> (Rig, Page, Page) {
    let mut rig = Rig::with("failover");
    let mut agent = Page::sign_in(&mut rig, AGENT);
    let mut supervisor = Page::sign_in(&mut rig, SUPERVISOR);
    let mut colleague = Page::sign_in(&mut rig, "1001");
    // The first outage is over.
    rig.advance(Span::from_secs(37));
    agent.ask(&mut rig, "MakeCall", &json!({"DialedNumber": "4001"}));
    rig.advance(Span::from_secs(2));
    let mut call = Value::Null;
    colleague.read(&rig, |name, fields, _| {
        if name == "OnCallBegin" {
            call = fields["UniqueObjectID"].clone();
        }
    });
    colleague.ask(&mut rig, "Answer", &json!({ "UniqueObjectID": call }));
    rig.advance(Span::from_secs(1));
    supervisor.ask(
        &mut rig,
        "StartMonitoringAgent",
        &json!({ "AgentReference": AGENT }),
    );
    rig.advance(Span::from_secs(1));
    supervisor.ask(
        &mut rig,
        "StartSilentMonitorRequest",
        &json!({ "AgentID": AGENT }),
    );
    rig.advance(Span::from_secs(16));
    for page in [&mut agent, &mut supervisor] {
        page.read(&rig, |_, _, _| {});
        assert_eq!(page.session().phase, Phase::Running);
    }
    (rig, agent, supervisor)
}

#[test]
fn r89_listening_that_is_told_to_have_started_again_is_one_session() {
    let (mut rig, mut agent, mut supervisor) = listening();
    let before = agent.session().clone();
    rig.advance(Span::from_secs(30));
    let mut started = 0;
    agent.read(&rig, |name, _, model| {
        started += u32::from(name == "OnSilentMonitorStartedEvent");
        let session = model.desk.silent_monitor.as_ref().expect("a session");
        assert_eq!((session.phase, session.since), (Phase::Running, before.since));
    });
    assert!(started >= 2, "{started}");
    let before = supervisor.session().clone();
    supervisor.read(&rig, |_, _, _| {});
    assert_eq!(supervisor.session().phase, Phase::Running);
    assert_eq!(supervisor.session().since, before.since);
}

#[test]
fn r41_r44_r45_r46_the_page_follows_an_outage_and_is_where_it_was_when_the_other_server_is_there() {
    let (mut rig, mut agent, _) = listening();
    let (server, calls) = (agent.model.telephony().server.clone(), agent.stages());
    assert_eq!((agent.model.telephony().link, calls.len()), (Link::Up, 1));
    let mut stood = Vec::new();
    for _ in 0..30 {
        rig.advance(Span::from_secs(1));
        agent.read(&rig, |name, _, model| {
            let telephony = model.telephony();
            let out = telephony.is_out(Part::DeskServer);
            if stood.last() != Some(&(telephony.link, out)) {
                stood.push((telephony.link, out));
            }
            if name == "OnSnapshotDeviceConf" {
                assert_eq!(telephony.link, Link::Up, "after the connection");
            }
        });
        if matches!(agent.model.telephony().link, Link::Late { .. } | Link::Lost(_)) {
            agent.ask(&mut rig, "SetAgentState", &json!({"AgentState": 2}));
            agent.ask(&mut rig, "RequestDesktopSettings", &json!({}));
            let (codes, masked) = agent.failures(&rig);
            assert_eq!(codes, [16, 16]);
            assert!(!masked, "what was possible stays so");
        }
    }
    let lost = Link::Lost(switchhook::domain::telephony::Loss::Silence);
    assert_eq!(
        stood,
        [
            (Link::Late { missed: 1 }, false),
            (Link::Late { missed: 2 }, false),
            (lost, false),
            (lost, true),
            (Link::Up, false),
        ]
    );
    assert_ne!(agent.model.telephony().server, server);
    assert_eq!(agent.stages(), calls);
    agent.ask(&mut rig, "SnapshotDevice", &json!({}));
    assert_eq!(agent.failures(&rig).0, Vec::<Value>::new());
}
